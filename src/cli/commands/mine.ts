import { availableParallelism } from "node:os";
import { type CommandUnknownOpts, InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { createClient } from "#api/contract";
import { systemClock } from "#base";
import { parsePoolAddress } from "#stratum/client";
import { addressText, findAddress } from "../accounts.ts";
import { newAccountCommand } from "../command-kinds.ts";
import { connectForOrders } from "../connect.ts";
import { findPoolApi } from "../miner/pool-api.ts";
import { userOf } from "../miner/pool-user.ts";
import { mineBlocks } from "../mining.ts";
import { examples, readCount, readUrl } from "../options.ts";
import { DEFAULT_POOL_PORT, fetchNaming } from "../pool-options.ts";
import { plural, print } from "../print.ts";
import { usageError } from "../report-error.ts";
import { note, type Terminal } from "../terminal.ts";
import { readVersion } from "../version.ts";

const MAX_THREADS = 256;

export function mineCommand(terminal: Terminal): CommandUnknownOpts {
  return newAccountCommand("mine")
    .description(
      "mine: by the node (needs its token), with --solo by this process for a node (too), with --pool by this process for a Stratum pool",
    )
    .argument("[blocks]", "how many, 1 to 1000 (default: 1; with --solo: without end)", readCount(1, 1_000))
    .option("--solo", "search here, with all threads, what the node gives")
    .addOption(
      new Option("--pool <url>", "search here what a pool gives: stratum+tcp://host:port, or stratum+tls://…")
        .argParser(readPool)
        .conflicts(["solo", "api", "node"]),
    )
    .option("--to <account>", "who is credited: address, dev-0 … dev-9, or a name in the keystore (default: the node)")
    .addOption(
      new Option("--address <address>", "the same; at a pool the user name, which is passed on as it is").conflicts(
        "to",
      ),
    )
    .option("--worker <name>", "at a pool: name of this machine, put behind the address")
    .option("--password <text>", "at a pool: most do not care", "x")
    .option("--receipts <file>", "at a pool of this program: keep the signed receipts of the shares there")
    .addOption(
      new Option(
        "--pool-api <url>",
        `its API, where receipts are (default: what a pool on this machine says, else port ${DEFAULT_POOL_PORT} of the pool)`,
      ).argParser(readUrl),
    )
    .option("--threads <count>", "of this process (default: one for each core)", readCount(1, MAX_THREADS))
    .option("--for <seconds>", "end after so long", readCount(1, 31_536_000))
    .addHelpText(
      "after",
      examples(
        "agon mine",
        "agon mine 10 --to dev-3",
        "agon mine 1 --node node-2",
        "agon mine --solo --to dev-3 --threads 2",
        "agon mine --pool stratum+tcp://127.0.0.1:3333 --to dev-3",
        "agon mine --pool stratum+tcp://127.0.0.1:3333 --address tagon16hq6jle9weajrasuvawdss6psm49z9n8qwt96j --worker attic",
      ),
    )
    .action(async (blocks, options) => {
      const here = options.solo === true || options.pool !== undefined;
      for (const name of ["threads", "for"] as const)
        if (options[name] !== undefined && !here) throw usageError(`--${name} is for --solo and --pool`);
      for (const name of ["worker", "receipts", "poolApi"] as const)
        if (options[name] !== undefined && options.pool === undefined)
          throw usageError(`--${name === "poolApi" ? "pool-api" : name} is for --pool`);
      const to = options.address ?? options.to;
      if (!here) return mineByNode(terminal, blocks ?? 1, { ...options, to });
      if (to === undefined) throw usageError("who shall be credited? Give --to or --address");
      const threads = options.threads ?? availableParallelism();
      if (options.pool !== undefined && blocks !== undefined)
        throw usageError("at a pool, blocks are not counted: leave the number away");
      // From when it begins to mine.
      const signal = (): AbortSignal => endOf(terminal, options.for);
      // Waiting for a pool or a node to come back is work too; what waits there does not keep a process alive.
      const awake = setInterval(() => {}, 60_000);
      try {
        if (options.pool === undefined) {
          const { runSolo } = await import("../miner/solo.ts");
          await runSolo(terminal, { ...options, to, threads, blocks: blocks ?? null }, signal());
        } else {
          const { runPool } = await import("../miner/pool.ts");
          const { pool, password, json, poolApi, receipts } = options;
          const apiUrl = async (): Promise<string> => poolApi ?? findPoolApi(terminal, pool);
          const name = options.address ?? (await userOf(terminal, to, options, apiUrl));
          const user = options.worker === undefined ? name : `${name}.${options.worker}`;
          const keeper = receipts === undefined ? null : await openKeeper(terminal, receipts, await apiUrl(), user);
          try {
            await runPool(terminal, { pool, user, password, agent: `agon/${readVersion()}`, threads, json }, signal());
          } finally {
            await keeper?.stop();
            if (keeper !== null) await note(terminal, `${plural(keeper.kept(), "receipt")} kept in ${receipts}`);
          }
        }
      } finally {
        clearInterval(awake);
      }
    });
}

interface NodeMining {
  readonly to?: string | undefined;
  readonly node?: string | undefined;
  readonly api?: string | undefined;
  readonly data?: string | undefined;
  readonly keystore?: string | undefined;
  readonly json?: true | undefined;
}

async function mineByNode(terminal: Terminal, blocks: number, options: NodeMining): Promise<void> {
  const orders = await connectForOrders(terminal, options);
  const { chain } = await orders.client.status();
  const to = options.to === undefined ? undefined : await findAddress(terminal, chain, options.to, options);
  const mined = await mineBlocks(orders, {
    blocks,
    node: options.node,
    address: to === undefined ? undefined : addressText(chain, to),
  });
  await print(terminal, options, mined, () =>
    [
      `Mined ${plural(mined.blocks.length, "block")}:`,
      ...mined.blocks.map((block) => `  height ${block.height}  ${block.hash}`),
    ].join("\n"),
  );
}

async function openKeeper(terminal: Terminal, file: string, baseUrl: string, user: string) {
  const { keepReceipts } = await import("../miner/keep-receipts.ts");
  return keepReceipts(file, user, {
    // Not bound to Ctrl-C: the last ones are fetched after it.
    pool: createClient({ baseUrl, fetch: fetchNaming("--pool-api", baseUrl, terminal.fetch) }),
    clock: systemClock(),
    onTrouble: (why) => void note(terminal, `no receipts for now: ${why}`),
  });
}

/** Ctrl-C, or the time given. */
function endOf({ signal }: Terminal, seconds: number | undefined): AbortSignal {
  return seconds === undefined ? signal : AbortSignal.any([signal, AbortSignal.timeout(1_000 * seconds)]);
}

function readPool(text: string) {
  const pool = parsePoolAddress(text);
  if (pool === null) throw new InvalidArgumentError("It must be an address such as stratum+tcp://127.0.0.1:3333.");
  return pool;
}
