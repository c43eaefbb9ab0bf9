import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { type Loaded, type NodeSurroundings, type RunningNode, startNode } from "#node";
import { isSigned } from "#spec";
import { newFolderCommand } from "../command-kinds.ts";
import { addSettingFlags, loadSettings } from "../node-settings.ts";
import { examples } from "../options.ts";
import { facts, type PrintOptions, printLine } from "../print.ts";
import { note, type Terminal } from "../terminal.ts";

export function nodeCommand(terminal: Terminal): CommandUnknownOpts {
  const command = newFolderCommand("node")
    .description("run a node until it is told to stop")
    .option("--mine", "produce blocks: short for --mining-enabled (full speed on dev: with --mining-hash-rate 0)")
    .addHelpText(
      "after",
      examples(
        "agon node",
        "agon node --data ./mine --spec test --mine --mining-threads 2",
        "agon node --p2p-bootstrap /ip4/127.0.0.1/tcp/8731 --api-port 8750 --p2p-port 8751",
      ),
    )
    .action(async (options) => {
      const more = options.mine ? { "mining.enabled": true } : {};
      await runNode(terminal, loadSettings(terminal, options, more), options);
    });
  addSettingFlags(command as unknown as CommandUnknownOpts);
  return command;
}

/** Resolves when the node has stopped. @param beside begins what goes on until then */
export async function runNode(
  terminal: Terminal,
  loaded: Loaded,
  options: PrintOptions,
  surroundings: NodeSurroundings = {},
  beside: (node: RunningNode, over: AbortSignal) => void = () => {},
): Promise<void> {
  const node = await startNode(loaded, surroundings);
  await printLine(terminal, options, documentOf(node), () => describe(node));
  // For a parent with a channel to us, such as a devnet: what answers on a port may be somebody else.
  process.send?.(documentOf(node));
  const over = new AbortController();
  beside(node, over.signal);
  await runUntilStopped(terminal, node).finally(() => over.abort());
}

async function runUntilStopped(terminal: Terminal, node: RunningNode): Promise<void> {
  const stop = (): void => {
    void note(terminal, "stopping …");
    // What fails in stopping comes out of `closed`.
    node.stop().catch(() => {});
  };
  if (terminal.signal.aborted) stop();
  else terminal.signal.addEventListener("abort", stop, { once: true });
  await node.closed;
  terminal.signal.removeEventListener("abort", stop);
}

function documentOf({ api, p2p, peerId, spec }: RunningNode) {
  return { api: api.url, port: api.port, p2p, peerId, chain: spec.name, pid: process.pid };
}

function describe(node: RunningNode): string {
  const { api, p2p, peerId, spec, core } = node;
  return facts([
    ["chain", `${spec.name}, at height ${core.chain.head.header.height}`],
    ["pages and API", api.url],
    ...p2p.map((address): [string, string] => ["peers", address]),
    ["peer id", peerId],
    core.producer.running && !isSigned(spec.engine)
      ? ["mining", node.miningPace === null ? "as fast as it goes" : `${node.miningPace} hashes a second at most`]
      : null,
  ]);
}
