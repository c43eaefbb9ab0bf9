import { Command, type CommandUnknownOpts, InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { OperationError } from "#base";
import { DEVNET_DEFAULTS, runDevnet } from "#devnet";
import { VERSION } from "#node";
import { ENGINES } from "#spec";
import { debugOption, examples, jsonOption, readCount } from "../options.ts";
import { printLine } from "../print.ts";
import { usageError } from "../report-error.ts";
import { note, type Terminal, write } from "../terminal.ts";

export function devnetCommand(terminal: Terminal): CommandUnknownOpts {
  const { nodes, data, nodePortsFrom } = DEVNET_DEFAULTS;
  return new Command("devnet")
    .description("run a network of nodes on this machine, with its console and pages")
    .option("--nodes <count>", "how many nodes", readCount(1, 32), nodes)
    .option("--data <folder>", "folder of everything it keeps", data)
    .addOption(
      new Option("--engine <engine>", "how blocks are earned: pow by work, pos by stake (default: pow)").choices(
        ENGINES,
      ),
    )
    .option(
      "--spec <chain>",
      "dev, test, a chain's full name such as pos-dev, or the path of a specification (default: what the folder holds, else dev)",
    )
    .addOption(
      new Option(
        "--stakes <list>",
        "what the validators bond, in thousands of coins, such as 40,20,15 (default: all the same)",
      ).argParser(readStakes),
    )
    .option("--fresh", "forget what an earlier devnet left in the folder")
    .option("--for <seconds>", "end after so long, and tell whether the nodes agree", readCount(1, 2_000_000))
    .option("--port <port>", "port of console and pages (default: 8730, or the next free)", readCount(0, 65_535))
    .option("--node-ports <port>", "the first of the nodes' ports", readCount(1_024, 65_000), nodePortsFrom)
    .option(
      "--hash-rate <rate>",
      "hashes a second of all miners together, 0 for none (default: by the spacing)",
      readCount(0, 1_000_000),
    )
    .option("--pool", "run a mining pool too; without a word about the chain it is test, which follows the hash rate")
    .option("--pool-port <port>", "where its miners connect (default: 3333, or the next free)", readCount(0, 65_534))
    .option("--no-pages", "do not build the pages")
    .addOption(jsonOption())
    .addOption(debugOption())
    .addHelpText(
      "after",
      examples(
        "agon devnet --nodes 3",
        "agon devnet --engine pos --nodes 4 --stakes 40,20,20,20",
        "agon devnet --pool --nodes 3 --data ./pooled",
        "agon devnet --fresh --for 60",
        "agon devnet --spec test --data ./testnet --port 9000",
      ),
    )
    .action(async (options) => {
      if (options.poolPort !== undefined && options.pool === undefined) throw usageError("--pool-port is for --pool");
      // With --json the lines for people go beside the one document.
      const log = (line: string): void =>
        void (options.json ? note(terminal, line) : write(terminal.stdout, `${line}\n`));
      const devnet = await runDevnet(
        {
          ...{ nodes: options.nodes, data: options.data, nodePortsFrom: options.nodePorts },
          ...{ engine: options.engine ?? null, spec: options.spec ?? null, stakes: options.stakes ?? [] },
          ...{ fresh: options.fresh === true, buildPages: options.pages },
          ...{ forSeconds: options.for ?? null, port: options.port ?? null, hashRate: options.hashRate ?? null },
          pool: options.pool === undefined ? null : { port: options.poolPort ?? null },
        },
        { log, signal: terminal.signal, version: VERSION },
      );
      const { url, folder, fleet } = devnet;
      const pool = devnet.pool?.view();
      const members = fleet.nodes.map(({ name, api, pid }) => ({ name, api, pid }));
      const document = { url, folder, pid: process.pid, nodes: members, ...(pool && { pool }) };
      if (options.json) await printLine(terminal, options, document, () => "");
      const agreement = await devnet.closed;
      if (agreement === null) return;
      const heads = agreement.heads.map(({ name, height, hash }) => `${name} at height ${height}, ${hash}`).join("\n");
      await printLine(
        terminal,
        options,
        agreement,
        () => `${heads}\n${agreement.equal ? "All nodes agree." : "The nodes do not agree."}`,
      );
      if (!agreement.equal) throw new OperationError("no-agreement", "the nodes did not agree on one head");
    });
}

function readStakes(text: string): readonly number[] {
  const stakes = text.split(",").map((part) => (/^[1-9]\d{0,6}$/.test(part.trim()) ? Number(part) : Number.NaN));
  if (stakes.length > 32 || stakes.some(Number.isNaN))
    throw new InvalidArgumentError("It must be whole numbers with commas between them, such as 40,20,15.");
  return stakes;
}
