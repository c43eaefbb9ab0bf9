/** A mining pool as a process: books, work, miners, HTTP, in the order in which they start and stop. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createPoolApi, type PoolPorts } from "#api";
import { ApiError, type Client, createClient, type Status } from "#api/contract";
import {
  asHash,
  type BlockId,
  type Clock,
  fromHex,
  type Logger,
  OperationError,
  type Random,
  systemClock,
  systemRandom,
  toHex,
} from "#base";
import { ed25519PublicKey, formatAddress } from "#crypto";
import { createBus } from "#events";
import {
  ACCOUNTING_DEFAULTS,
  type AccountingEvents,
  type AccountingOptions,
  createAccounting,
  createFetchedSource,
  DEFAULT_STRATUM_OPTIONS,
  encodeSignedTreeHead,
  FETCHED_SOURCE_DEFAULTS,
  type FetchedSource,
  openingError,
  openPoolDatabase,
  type QueryContext,
  StratumServer,
} from "#stratum";
import { buildTransfer } from "#wallet/core";
import { createLogger } from "../logger.ts";
import { VERSION } from "../version.ts";
import { createNodeChain, createNodeFeed } from "./node-chain.ts";
import type { PoolOptions, PoolOwner } from "./options.ts";
import { addPassOnRoutes } from "./pass-on.ts";
import { notePlace, openPoolFolder } from "./pool-folder.ts";
import { createPoolMetrics } from "./pool-metrics.ts";
import { createPoolPorts } from "./pool-ports.ts";
import { stratumOptions } from "./stratum-options.ts";

const ROOT = join(import.meta.dirname, "..", "..", "..");
const LATER_MS = 1_000;

export interface RunningPool {
  readonly api: { readonly url: string; readonly port: number };
  readonly stratum: readonly string[];
  readonly address: string;
  readonly chain: string;
  /** Resolves when the pool has stopped; rejects when it could not go on. */
  readonly closed: Promise<void>;
  stop(): Promise<void>;
}

export interface PoolSurroundings {
  readonly clock?: Clock;
  readonly random?: Random;
  readonly log?: Logger;
}

/** @throws OperationError that says what stands in the way; ApiError when the node cannot be reached */
export async function startPool(
  options: PoolOptions,
  owner: PoolOwner,
  given: PoolSurroundings = {},
): Promise<RunningPool> {
  const { clock = systemClock(), random = systemRandom(), log = createLogger(options.logLevel) } = given;
  const client = createClient({
    baseUrl: options.node.url,
    token: options.node.token,
    fetch: (...all) => fetch(...all),
  });
  const undo: (() => Promise<unknown>)[] = [];
  const takeBack = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const status = await client.status();
    return await open({ options, owner, client, status, clock, random, log, undo, takeBack });
  } catch (error) {
    await takeBack();
    throw error;
  }
}

interface House {
  readonly options: PoolOptions;
  readonly owner: PoolOwner;
  readonly client: Client;
  readonly status: Status;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly undo: (() => Promise<unknown>)[];
  readonly takeBack: () => Promise<void>;
}

async function open(house: House): Promise<RunningPool> {
  const { options, owner, client, status, clock, random, log, undo } = house;
  const { chain } = status;
  if (!status.features.includes("mining"))
    throw new OperationError(
      "not-searched",
      `blocks of the chain ${chain.name} are not searched: a pool has no work there`,
    );
  const address = formatAddress(owner.address, chain.addressPrefix);
  const blockDifficulty = await findBlockDifficulty(client, address, log);
  const { books, events } = await openBooks(house, address);
  const source = createFetchedSource(FETCHED_SOURCE_DEFAULTS, {
    ...{ clock, log: log.child("work") },
    feed: createNodeFeed(client, address),
  });
  const server = new StratumServer(stratumOptions(options.stratum, DEFAULT_STRATUM_OPTIONS, blockDifficulty), {
    ...{ source, clock, random, log: log.child("stratum"), addressPrefix: chain.addressPrefix },
    sink: books.accounting.shares,
  });
  events.on("block-orphaned", ({ height, addresses }) => {
    // One that never was on the chain took nothing from anybody.
    if (addresses.length > 0) server.say(`Block ${height} of this pool left the chain: its credits are taken back.`);
  });
  const facts = {
    ...{ chainName: chain.name, dropEvery: options.dropEvery },
    startedMs: clock.nowMs(),
    version: VERSION,
  };
  const stratum: string[] = [];
  const ports = createPoolPorts({ books, server, source, facts: { ...facts, stratum } });
  const api = await createPoolApi(apiOptions(options), {
    ...{ clock, random, log: log.child("api"), ports, encodeHead: encodeSignedTreeHead },
    registry: createPoolMetrics({ stratum: server.metrics, events, status: ports.status }),
  });
  addHealthRoute(api.app, ports);
  addPassOnRoutes(api.app, { url: options.node.url, streams: api.streams });
  // Miners leave before the books are closed, and work ends after the last share has been counted.
  undo.push(async () => source.stop());
  source.start();
  undo.push(followHead(client, source, clock, log));
  await books.accounting.settle().catch((error) => log.warn("the node cannot be asked yet", { error: String(error) }));
  books.accounting.start();
  undo.push(() => server.stop());
  await server.start();
  stratum.push(...stratumUrls(options, server));
  const listening = await api.start();
  undo.push(() => api.stop());
  const forgetPlace = notePlace(options.folder, listening.url);
  undo.push(async () => forgetPlace());
  log.info("pool started", { chain: chain.name, address, stratum: stratum.join(" "), api: listening.url });
  return { ...lifeOf(house), api: { url: listening.url, port: listening.port }, stratum, address, chain: chain.name };
}

/**
 * That there is no work is said at once, and not by miners that get none: the token may be missing. A node that only has no
 * work yet, since it catches up with others, is waited for.
 * @returns null where it is
 */
async function findBlockDifficulty(client: Client, address: string, log: Logger): Promise<number | null> {
  try {
    return (await client.miningTemplate(address)).work.difficulty;
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== "cannot-produce") throw error;
    log.warn("the node gives no work yet", { why: error.message });
    return null;
  }
}

async function openBooks(
  { options, owner, client, status, clock, random, log, undo }: House,
  address: string,
): Promise<{ books: QueryContext; events: ReturnType<typeof createBus<AccountingEvents>> }> {
  const { chain } = status;
  const chainId = asHash(fromHex(chain.id)!);
  const receiptSeed = openPoolFolder(options.folder, { chain: chain.id, address }, random);
  const where = options.database ?? { kind: "sqlite" as const, file: join(options.folder, "pool.db") };
  const receiptKey = toHex(ed25519PublicKey(receiptSeed));
  const database = await openPoolDatabase(where, random, { chain: chain.id, address, receiptKey });
  undo.push(() => database.close());
  const events = createBus<AccountingEvents>((error, event) =>
    log.error("a listener failed", { event, error: String(error) }),
  );
  const accountingOptions: AccountingOptions = {
    ...ACCOUNTING_DEFAULTS,
    ...{ chainId, addressPrefix: chain.addressPrefix, terms: options.terms, maturityBlocks: chain.maturityBlocks },
    ...{ thresholdAtoms: options.thresholdAtoms, reserveAtoms: options.reserveAtoms, dropEvery: options.dropEvery },
    minThresholdAtoms: least(options.thresholdAtoms, ACCOUNTING_DEFAULTS.minThresholdAtoms),
    newAccountBurnAtoms: BigInt(chain.accountBurn),
    minOutputAtoms: BigInt(chain.minOutput),
  };
  const parts = {
    ...{ database, receiptSeed, clock, events, log: log.child("books") },
    chain: createNodeChain(client, address, chain.addressPrefix),
    signer: {
      address: owner.address,
      async sign(outputs: Parameters<typeof buildTransfer>[0]["outputs"], nonce: number, feeAtoms: bigint) {
        const { bytes, id } = buildTransfer({ chainId, seed: owner.seed, nonce, feeAtoms, outputs });
        return { bytes, id };
      },
    },
  };
  const accounting = await createAccounting(accountingOptions, parts).catch((error) => {
    throw openingError(error, where);
  });
  undo.push(() => accounting.stop());
  return { books: { options: accountingOptions, parts, accounting }, events };
}

/** Asks for new work at each move of the head. */
function followHead(client: Client, source: FetchedSource, clock: Clock, log: Logger): () => Promise<void> {
  const stop = new AbortController();
  const follow = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      try {
        const options = { signal: stop.signal, onConnection: () => source.refresh() };
        for await (const { cursor } of client.events(options)) source.refresh(headIn(cursor));
      } catch (error) {
        if (!stop.signal.aborted) log.warn("the node's events cannot be read", { error: String(error) });
      }
      if (!stop.signal.aborted) await new Promise<void>((resolve) => void clock.after(LATER_MS, resolve));
    }
  };
  void follow();
  return async () => stop.abort();
}

/** A cursor is `height:id`. */
function headIn(cursor: string): BlockId | undefined {
  const id = fromHex(cursor.slice(cursor.indexOf(":") + 1));
  return id?.length === 32 ? asHash(id) : undefined;
}

function lifeOf({ log, takeBack }: House): Pick<RunningPool, "closed" | "stop"> {
  const done = Promise.withResolvers<void>();
  let stopping: Promise<void> | null = null;
  const stop = (): Promise<void> => {
    stopping ??= takeBack().then(() => log.info("pool stopped"));
    stopping.then(done.resolve, done.reject);
    return stopping;
  };
  return { closed: done.promise, stop };
}

function addHealthRoute(app: Awaited<ReturnType<typeof createPoolApi>>["app"], ports: PoolPorts): void {
  app.get("/health", { schema: { hide: true } }, async (_request, reply) => {
    const checks = ports.troubles().map((message) => ({ name: "pool", ok: false, message }));
    reply.code(checks.length === 0 ? 200 : 503);
    return { ok: checks.length === 0, checks };
  });
}

function stratumUrls({ stratum: { host } }: PoolOptions, server: StratumServer): string[] {
  const name = host.includes(":") ? `[${host}]` : host;
  const secure = server.tlsPort === null ? [] : [`stratum+tls://${name}:${server.tlsPort}`];
  return [`stratum+tcp://${name}:${server.port}`, ...secure];
}

function apiOptions({ api, folder }: PoolOptions) {
  const pages = join(ROOT, "build", "web");
  return {
    ...{ host: api.host, port: api.port, isPortFixed: api.isPortFixed },
    ...{ allowedHosts: [...api.allowedHosts], allowedOrigins: [], connectSources: [] },
    ...{ maxConnections: 512, maxStreams: 128, requestsPerSecond: 1_000, maxBodyBytes: 65_536 },
    ...{ requestTimeoutMs: 30_000, headersTimeoutMs: 10_000, idleTimeoutMs: 180_000 },
    tokenFile: join(folder, "api-token"),
    pagesFolder: existsSync(pages) ? pages : null,
    version: VERSION,
  };
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
