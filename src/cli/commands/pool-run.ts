import { Command, InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { ApiError } from "#api/contract";
import { OperationError } from "#base";
import { type PoolOptions, type RunningPool, startPool } from "#node";
import { findSigner } from "../accounts.ts";
import { apiOf, connectForOrders } from "../connect.ts";
import {
  DEFAULT_API,
  debugOption,
  examples,
  jsonOption,
  keystoreOption,
  passphraseFileOption,
  readCoins,
  readCount,
  readUrl,
} from "../options.ts";
import { DEFAULT_POOL_PORT } from "../pool-options.ts";
import { POOL_FOLDER } from "../pool-place.ts";
import { coins, facts, type PrintOptions, printLine } from "../print.ts";
import { usageError } from "../report-error.ts";
import { note, type Terminal } from "../terminal.ts";

const PPM_OF_PERCENT = 10_000;
const readPort = readCount(0, 65_535);

export function poolRunCommand(terminal: Terminal) {
  return new Command("run")
    .description("run a pool until it is told to stop")
    .addOption(new Option("--node <url>", `node or devnet (default: AGON_API, else ${DEFAULT_API})`).argParser(readUrl))
    .option("--node-data <folder>", "folder of that node or devnet, with its token (or AGON_TOKEN)")
    .option("--data <folder>", "folder of the pool: its books, its key for receipts, its token", POOL_FOLDER)
    .option("--database <url>", "books in PostgreSQL, postgres://…, or in another SQLite file (default: in --data)")
    .option("--from <account>", "whose account earns the blocks and pays: dev-0 … dev-9, or one of the keystore")
    .addOption(keystoreOption())
    .addOption(passphraseFileOption())
    .addOption(
      new Option("--scheme <scheme>", "how rewards are divided")
        .choices(["pplns", "prop", "pps", "solo"] as const)
        .default("pplns" as const),
    )
    .option("--window <blocks>", "of PPLNS: so many blocks' worth of work", readCount(1, 1_000), 2)
    .addOption(
      new Option("--fee <percent>", "the pool's part, such as 0.5").argParser(readPercent).default(PPM_OF_PERCENT, "1"),
    )
    .addOption(
      new Option("--threshold <coins>", "what a miner must be owed to be paid")
        .argParser(readCoins)
        .default(10_000_000_000n, "100"),
    )
    .addOption(
      new Option("--reserve <coins>", "of PPS: what the pool may be short of, held at its address")
        .argParser(readCoins)
        .default(0n, "0"),
    )
    .option("--host <address>", "where miners connect; 0.0.0.0 lets other machines in", "127.0.0.1")
    .option("--port <port>", "for Stratum over TCP", readPort, 3_333)
    .option("--tls-port <port>", "for Stratum over TLS", readPort)
    .option("--tls-cert <file>", "certificate chain in PEM")
    .option("--tls-key <file>", "its private key in PEM")
    .option("--difficulty <number>", "of an unknown worker (default: a 32nd of a block's, or 2^-6)", readDifficulty)
    .addOption(shareSecondsOption())
    .option("--max-connections <count>", "of miners at a time", readCount(1, 100_000))
    .option("--max-connections-per-host <count>", "of one IPv4 address or IPv6 /64", readCount(1, 100_000))
    .option("--api-host <address>", "where API and pages listen", "127.0.0.1")
    .option("--api-port <port>", `of API and pages (default: ${DEFAULT_POOL_PORT}, or the next free)`, readPort)
    .option("--api-name <names...>", "names by which the API may be called, besides localhost")
    .option("--log-level <level>", "trace, debug, info, warn, error or silent", "info")
    .addOption(
      new Option("--drop-every <count>", "for showing an audit: each so many-th share is dropped, which is fraud")
        .argParser(readCount(2, 1_000_000))
        .hideHelp(),
    )
    .addOption(jsonOption())
    .addOption(debugOption())
    .addHelpText(
      "after",
      examples(
        "agon pool --from dev-0",
        "agon pool --node http://127.0.0.1:8730 --node-data .agon/devnet --from dev-0 --scheme prop --fee 0.5",
        "agon pool --from main --host 0.0.0.0 --tls-port 3343 --tls-cert chain.pem --tls-key key.pem",
      ),
    )
    .action(async (options) => {
      const near = { api: options.node, data: options.nodeData };
      const { client, token } = await connectForOrders(terminal, near).catch(adviseOnNode);
      const { chain } = await client.status();
      const owner = await findSigner(terminal, chain, options.from, {
        ...{ data: options.nodeData, keystore: options.keystore, passphraseFile: options.passphraseFile },
      });
      const given: PoolOptions = {
        folder: options.data,
        node: { url: apiOf(terminal, near), token },
        stratum: {
          ...{ host: options.host, port: options.port, tls: readTls(options) },
          startDifficulty: options.difficulty ?? null,
          shareMs: options.shareSeconds ?? null,
          maxConnections: options.maxConnections ?? null,
          maxConnectionsPerHost: options.maxConnectionsPerHost ?? null,
        },
        api: {
          ...{ host: options.apiHost, port: options.apiPort ?? DEFAULT_POOL_PORT },
          isPortFixed: options.apiPort !== undefined,
          allowedHosts: options.apiName ?? [],
        },
        terms: { scheme: options.scheme, feePpm: options.fee, windowBlocks: options.window },
        thresholdAtoms: options.threshold,
        reserveAtoms: options.reserve,
        database: readDatabase(options.database),
        dropEvery: options.dropEvery ?? 0,
        logLevel: options.logLevel,
      };
      const pool = await startPool(given, owner).catch(adviseOnNode);
      await sayStarted(terminal, options, pool, given);
      await runUntilStopped(terminal, pool);
    });
}

/** The node has options of its own here. */
function adviseOnNode(error: unknown): never {
  if (!(error instanceof ApiError)) throw error;
  const { code, status, message } = error;
  if (code === "unreachable")
    throw new OperationError(code, `${message}: does the pool's node run there? Give its address with --node`);
  if (status === 401)
    throw new OperationError(code, "the node wants its token: give its folder with --node-data, or AGON_TOKEN");
  throw error;
}

async function sayStarted(
  terminal: Terminal,
  options: PrintOptions,
  pool: RunningPool,
  given: PoolOptions,
): Promise<void> {
  await printLine(terminal, options, documentOf(pool), () => describe(pool, given));
  // For a parent with a channel to us, such as a devnet.
  process.send?.(documentOf(pool));
  if (given.dropEvery > 0) await note(terminal, `Test mode: each ${given.dropEvery}th share is dropped on purpose.`);
}

async function runUntilStopped(terminal: Terminal, pool: RunningPool): Promise<void> {
  const stop = (): void => {
    void note(terminal, "stopping …");
    // What fails in stopping comes out of `closed`.
    pool.stop().catch(() => {});
  };
  if (terminal.signal.aborted) stop();
  else terminal.signal.addEventListener("abort", stop, { once: true });
  await pool.closed;
  terminal.signal.removeEventListener("abort", stop);
}

function documentOf({ api, stratum, address, chain }: RunningPool) {
  return { api: api.url, port: api.port, stratum, address, chain, pid: process.pid };
}

function describe({ api, stratum, address, chain }: RunningPool, { terms, thresholdAtoms }: PoolOptions): string {
  const window = terms.scheme === "pplns" ? ` over ${terms.windowBlocks} blocks' worth of work` : "";
  return facts([
    ["chain", chain],
    ["rewards go to", address],
    ["scheme", `${terms.scheme.toUpperCase()}${window}, fee ${terms.feePpm / PPM_OF_PERCENT} %`],
    ["paid from", coins(thresholdAtoms)],
    ...stratum.map((url): [string, string] => ["miners", url]),
    ["pages and API", api.url],
  ]);
}

function readTls(options: {
  readonly tlsPort?: number | undefined;
  readonly tlsCert?: string | undefined;
  readonly tlsKey?: string | undefined;
}): PoolOptions["stratum"]["tls"] {
  const { tlsPort, tlsCert, tlsKey } = options;
  if (tlsPort === undefined && tlsCert === undefined && tlsKey === undefined) return null;
  if (tlsPort === undefined || tlsCert === undefined || tlsKey === undefined)
    throw usageError("TLS needs all of --tls-port, --tls-cert and --tls-key");
  return { port: tlsPort, certFile: tlsCert, keyFile: tlsKey };
}

function readDatabase(text: string | undefined): PoolOptions["database"] {
  if (text === undefined) return null;
  return /^postgres(ql)?:/.test(text) ? { kind: "postgres", url: text } : { kind: "sqlite", file: text };
}

/** @returns millionths */
function readPercent(text: string): number {
  if (!/^\d{1,3}(\.\d{1,4})?$/.test(text) || Number(text) > 100)
    throw new InvalidArgumentError("It must be per cent from 0 to 100, with at most four decimals.");
  return Math.round(Number(text) * PPM_OF_PERCENT);
}

function readDifficulty(text: string): number {
  const value = Number(text);
  if (!(value >= 2 ** -31 && value <= 2 ** 64)) throw new InvalidArgumentError("It must be a number above 0.");
  return value;
}

function shareSecondsOption() {
  const about = "wanted time between two shares of a connection (default: 10)";
  return new Option("--share-seconds <seconds>", about).argParser(readShareMs);
}

/** @returns milliseconds */
function readShareMs(text: string): number {
  const seconds = Number(text);
  if (!/^\d{1,3}(\.\d{1,3})?$/.test(text) || seconds < 0.1 || seconds > 600)
    throw new InvalidArgumentError("It must be seconds from 0.1 to 600.");
  return Math.round(seconds * 1_000);
}
