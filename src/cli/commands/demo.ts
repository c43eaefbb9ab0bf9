/** Demonstrations: scenarios that run on real nodes, are told step by step, and are checked at the end. */
import { mkdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Command, type CommandUnknownOpts, Option } from "@commander-js/extra-typings";
import { ApiError, type Client } from "#api/contract";
import { OperationError, toHex } from "#base";
import { apiOf, connect, connectForOrders, type OrderClient } from "../connect.ts";
import { concludeStory } from "../demo/conclude.ts";
import { startOwnDevnet } from "../demo/own-devnet.ts";
import { runPosDemo } from "../demo/pos-demo.ts";
import { createStory } from "../demo/story.ts";
import { DEVNET_FOLDER, debugOption, examples, jsonOption, readUrl } from "../options.ts";
import { note, type Terminal, write } from "../terminal.ts";

interface Setting {
  readonly client: Client;
  /** For the keys of the demonstration. */
  readonly folder: string;
  readonly isOwn: boolean;
  close(): Promise<void>;
}

export function demoCommand(terminal: Terminal): CommandUnknownOpts {
  return new Command("demo")
    .description("scenarios on real nodes, told step by step and checked at the end")
    .addCommand(posCommand(terminal))
    .addHelpText("after", examples("agon demo pos", "agon demo pos --fast"));
}

function posCommand(terminal: Terminal) {
  return new Command("pos")
    .description("fund, stake, transfer: on the devnet that runs, or on one of its own")
    .addOption(
      new Option(
        "--console <url>",
        "the devnet's console (default: the one that runs here, else a devnet of its own)",
      ).argParser(readUrl),
    )
    .option("--data <folder>", `folder of that devnet, with its token (default: ${DEVNET_FOLDER})`)
    .addOption(
      new Option("--fast", "a devnet of its own with slots of half a second, until the bond is paid back").conflicts(
        "console",
      ),
    )
    .addOption(jsonOption())
    .addOption(debugOption())
    .addHelpText(
      "after",
      examples("agon demo pos", "agon demo pos --fast", "agon demo pos --console http://127.0.0.1:9730"),
    )
    .action(async (options) => {
      // With --json what is told goes beside the one document.
      const tell = (line: string): Promise<void> =>
        options.json ? note(terminal, line) : write(terminal.stdout, `${line}\n`);
      const setting = await prepare(terminal, { ...options, isFast: options.fast === true }, tell);
      const story = createStory(tell, terminal.signal);
      try {
        const { client, folder, isOwn } = setting;
        const waitForPayout = isOwn && options.fast === true;
        await runPosDemo({ client, folder, waitForPayout, random: terminal.random }, story);
      } finally {
        await setting.close();
      }
      await concludeStory(terminal, options, story);
    });
}

interface DemoOptions {
  readonly console?: string | undefined;
  readonly data?: string | undefined;
  readonly isFast: boolean;
}

async function prepare(
  terminal: Terminal,
  options: DemoOptions,
  tell: (line: string) => Promise<void>,
): Promise<Setting> {
  const running = options.isFast ? null : await findRunning(terminal, options, tell);
  if (running !== null) return running;
  const folder = await mkdtemp(join(tmpdir(), "agon-demo-"));
  const clear = (): Promise<void> => rm(folder, { recursive: true, force: true, maxRetries: 3 });
  try {
    await tell(`A devnet of its own starts for this: three nodes in ${folder}, gone at the end.`);
    const devnet = await startOwnDevnet({ folder, isFast: options.isFast, signal: terminal.signal });
    await tell(`Its console is at ${devnet.url}.`);
    const own = join(folder, "new-validator");
    mkdirSync(own);
    return {
      client: connect(terminal, { api: devnet.url }, devnet.token),
      folder: own,
      isOwn: true,
      async close() {
        await devnet.stop();
        await clear();
      },
    };
  } catch (error) {
    await clear();
    throw error;
  }
}

/** Null when no devnet by stake runs at the usual address, and none was asked for. @throws OperationError, ApiError */
async function findRunning(
  terminal: Terminal,
  options: DemoOptions,
  tell: (line: string) => Promise<void>,
): Promise<Setting | null> {
  const { console: asked, data } = options;
  const where = { api: asked, data };
  const orders = await connectForOrders(terminal, where).catch((error: unknown) => {
    if (asked === undefined && error instanceof ApiError && error.code === "unreachable") return null;
    throw error;
  });
  if (orders === null) return null;
  const why = await unfitFor(orders);
  if (why !== null && asked === undefined) {
    await tell(`At ${apiOf(terminal, where)} ${why}.`);
    return null;
  }
  if (why !== null) throw new OperationError("demo-unfit", `at ${asked} ${why}`);
  const folder = resolve(data ?? DEVNET_FOLDER, `demo-${toHex(terminal.random.bytes(4))}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  await tell(`On the devnet at ${apiOf(terminal, where)}; what is added to it stays, with its keys in ${folder}.`);
  return { client: orders.client, folder, isOwn: false, close: async () => {} };
}

async function unfitFor({ client, devnet }: OrderClient): Promise<string | null> {
  if (devnet === null) return "a node runs by itself, without a devnet's console";
  const { chain, features } = await client.status();
  return features.includes("validators") ? null : `the devnet's chain, ${chain.name}, has no validators`;
}
