/** A node as a process: data directory, libp2p, worker threads, HTTP, in the order in which they start and stop. */
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { createNodeApi, DEFAULT_SUBMIT_LIMITS } from "#api";
import {
  type Address,
  type Clock,
  type Hash,
  type Key,
  type Logger,
  OperationError,
  type Random,
  systemClock,
  systemRandom,
} from "#base";
import { addressOf, ed25519PublicKey, parseAddress } from "#crypto";
import { createVerifyPool } from "#crypto/native";
import { createLedger } from "#ledger";
import { createFilePeerStore, createLibp2pTransport } from "#p2p";
import { createPacedSealer, createThreadSealer } from "#production";
import { type ChainSpec, chainIdOf } from "#spec";
import { openDataDirectory } from "#storage";
import { createApiPorts } from "./api-ports.ts";
import { parseCheckpoint } from "./checkpoint.ts";
import type { Loaded } from "./config.ts";
import { type Core, createCore } from "./core.ts";
import { genesisIdOf } from "./genesis-id.ts";
import { loadIdentity } from "./identity.ts";
import { createLogger } from "./logger.ts";
import { createMetrics } from "./metrics.ts";
import { miningPace } from "./mining-pace.ts";
import { prepareWith } from "./prepare.ts";
import { SCHEMA_VERSION } from "./schema.ts";
import type { NodeConfig } from "./settings.ts";
import { readSpec } from "./spec-source.ts";
import { trimMemoryLater } from "./trim-memory.ts";
import { openSeat } from "./validator-seat.ts";
import { AGENT, VERSION } from "./version.ts";
import { createWorkTemplates } from "./work-templates.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const PORTS_TRIED = 200;
/** Connections that are there for a moment only: who comes in while another gives way, feelers, bootstrap peers. */
const PLACES_FOR_NEWCOMERS = 8;
const PLACES_FOR_DIALS = 12;
/** So that whoever asked is still answered. */
const SHUTDOWN_DELAY_MS = 50;

export interface RunningNode {
  readonly core: Core;
  readonly spec: ChainSpec;
  readonly chainId: Hash;
  readonly api: { readonly host: string; readonly port: number; readonly url: string; readonly token: string };
  readonly p2p: readonly string[];
  readonly peerId: string;
  readonly rewardAddress: Address;
  /** Hashes a second at most; null for as fast as it goes. */
  readonly miningPace: number | null;
  /** Those of its validator, the newest last. */
  readonly signingKeys: readonly Key[];
  /** Resolves when the node has stopped, whoever asked for it. */
  readonly closed: Promise<void>;
  stop(): Promise<void>;
}

export interface NodeSurroundings {
  readonly clock?: Clock;
  readonly random?: Random;
  readonly log?: Logger;
  /** Opens the validator's keys, instead of a file. */
  readonly passphrase?: string;
}

/** Steps to take back, last first. */
class Undo {
  readonly #steps: (() => Promise<unknown>)[] = [];

  add(step: () => Promise<unknown>): void {
    this.#steps.push(step);
  }

  async run(): Promise<void> {
    for (const step of this.#steps.splice(0).reverse()) await step();
  }
}

/** @throws OperationError that says what stands in the way and what to do */
export async function startNode(loaded: Loaded, given: NodeSurroundings = {}): Promise<RunningNode> {
  const { config } = loaded;
  const { clock = systemClock(), random = systemRandom(), log = createLogger(config.node.logLevel) } = given;
  const spec = readSpec(config.node.spec);
  const passphrase = given.passphrase ?? null;
  const house: House = { ...loaded, spec, chainId: chainIdOf(spec), clock, random, log, passphrase, undo: new Undo() };
  try {
    return await moveIn(house);
  } catch (error) {
    await house.undo.run();
    throw error;
  }
}

/** What a node has before any of its parts are there. */
interface House extends Loaded {
  readonly spec: ChainSpec;
  readonly chainId: Hash;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly passphrase: string | null;
  readonly undo: Undo;
}

async function moveIn(house: House): Promise<RunningNode> {
  const { config, spec, chainId, clock, random, log, undo } = house;
  const { core, transport, rewardAddress, pace, signingKeys } = await openCore(house);
  const fastSealer = createThreadSealer(Math.max(2, config.mining.threads), clock);
  undo.add(() => fastSealer.stop());
  let shutdown = (): void => {};
  const api = await createNodeApi(apiOptions(house), {
    ...{ clock, random, log: log.child("api"), registry: createMetrics(core) },
    ports: createApiPorts({
      ...{ core, transport, clock, fastSealer, rewardAddress, agent: AGENT, version: VERSION },
      work: createWorkTemplates({ core, chainId, clock, random }),
      startedMs: clock.nowMs(),
      shutdown: () => shutdown(),
    }),
  });
  undo.add(() => core.stop());
  await core.start();
  const listening = await api.start();
  undo.add(() => api.stop());
  const cancelTrim = trimMemoryLater(clock);
  undo.add(async () => cancelTrim());
  log.info("node started", { chain: spec.name, height: core.chain.head.header.height, api: listening.url });

  const done = Promise.withResolvers<void>();
  let stopping: Promise<void> | null = null;
  const stop = (): Promise<void> => {
    if (stopping !== null) return stopping;
    stopping = undo.run().then(() => log.info("node stopped"));
    stopping.then(done.resolve, done.reject);
    return stopping;
  };
  shutdown = () => void clock.after(SHUTDOWN_DELAY_MS, () => void stop());
  return {
    ...{ core, spec, chainId, rewardAddress, miningPace: pace, signingKeys, stop, closed: done.promise },
    api: { host: config.api.host, port: listening.port, url: listening.url, token: api.token },
    p2p: transport.listenAddresses(),
    peerId: transport.self,
  };
}

/** Data directory, identity, threads and network, and the core over them; nothing listens yet. */
async function openCore(house: House) {
  const { config, spec, chainId, clock, random, log, undo } = house;
  const directory = await openDataDirectory(config.node.data, {
    ...{ chainId, schemaVersion: SCHEMA_VERSION },
    genesisId: genesisIdOf(spec, chainId),
  });
  undo.add(() => directory.close());
  const identity = loadIdentity(config.node.data, random);
  const seat = await openSeat(house);
  if (seat !== null) undo.add(() => seat.close());
  const rewardAddress = rewardAddressOf(config, spec, seat?.signers[0]?.key ?? ed25519PublicKey(identity));
  const pool = createVerifyPool({ chainId }, { log: log.child("verify") });
  await pool.start();
  undo.add(() => pool.stop());
  const transport = await createLibp2pTransport(await libp2pOptions(house, identity), { clock, log: log.child("p2p") });
  const { hashRate, threads } = config.mining;
  const pace = miningPace(hashRate, spec);
  const core = await createCore(
    {
      ...{ chain: config.chain, mempool: config.mempool, sync: config.sync, peers: config.p2p, rewardAddress },
      produce: config.mining.enabled,
      checkpoint: parseCheckpoint(config.node.checkpoint, chainId),
      me: { key: ed25519PublicKey(identity), reveal: () => null },
    },
    {
      ...{ spec, chainId, store: directory.store, transport, clock, random, log },
      createLedger: () => createLedger(spec, { indexSeed: random.below(2 ** 32) }),
      peerStore: createFilePeerStore(join(config.node.data, "peers.json"), log),
      prepare: prepareWith(pool),
      seat,
      sealer: pace !== null ? createPacedSealer(pace, clock) : createThreadSealer(threads, clock),
    },
  );
  seat?.attend(core);
  const signingKeys = seat?.signers.map(({ key }) => key) ?? [];
  return { core, transport, rewardAddress, pace, signingKeys };
}

/** @param own who is credited when nobody is named */
function rewardAddressOf(config: NodeConfig, spec: ChainSpec, own: Key): Address {
  const isValidator = config.validator.key !== "";
  const text = isValidator ? config.validator.reward : config.mining.rewardAddress;
  if (text === "") return addressOf(own);
  const address = parseAddress(text, spec.addressPrefix);
  if (address.ok) return address.value;
  throw new OperationError(
    "config-invalid",
    `${isValidator ? "validator.reward" : "mining.rewardAddress"} '${text}' is not an address of this chain (${address.error.code}); they begin with ${spec.addressPrefix}1`,
  );
}

async function libp2pOptions({ config: { p2p }, sources }: House, identitySeed: Uint8Array) {
  const fixed = sources.get("p2p.port") !== "default";
  const port = fixed ? p2p.port : await nextFreePort(p2p.host, p2p.port);
  const family = p2p.host.includes(":") ? "ip6" : "ip4";
  const listen = [`/${family}/${p2p.host}/tcp/${port}`];
  if (p2p.webSocketPort >= 0) listen.push(`/${family}/${p2p.host}/tcp/${p2p.webSocketPort}/ws`);
  const { announce, mdns, maxPerHost, maxNewPerMinutePerHost, limitLoopback } = p2p;
  return {
    ...{ identitySeed, agent: AGENT, listen, announce, mdns, maxPerHost, maxNewPerMinutePerHost, limitLoopback },
    maxInbound: p2p.maxInbound + PLACES_FOR_NEWCOMERS,
    maxOutbound: 2 * p2p.targetOutbound + PLACES_FOR_DIALS,
  };
}

/** A default port that is taken moves on; one that was asked for does not. */
async function nextFreePort(host: string, first: number): Promise<number> {
  for (let port = first; port < first + PORTS_TRIED; port++) if (await isFree(host, port)) return port;
  throw new OperationError("port-taken", `no free port from ${first} to ${first + PORTS_TRIED - 1} on ${host}`);
}

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}

function apiOptions({ config: { node, api }, sources }: House) {
  const pages = join(ROOT, "build", "web");
  return {
    ...api,
    allowedHosts: [...api.allowedHosts],
    allowedOrigins: [...api.allowedOrigins],
    connectSources: [],
    maxStreams: 128,
    maxBodyBytes: 65_536,
    requestTimeoutMs: 30_000,
    headersTimeoutMs: 10_000,
    idleTimeoutMs: 180_000,
    isPortFixed: sources.get("api.port") !== "default",
    tokenFile: join(node.data, "api-token"),
    pagesFolder: existsSync(pages) ? pages : null,
    version: VERSION,
    submit: DEFAULT_SUBMIT_LIMITS,
  };
}
