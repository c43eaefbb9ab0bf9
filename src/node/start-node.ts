/** A node as a process: data directory, libp2p, worker threads, HTTP, in the order in which they start and stop. */
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { createNodeApi, DEFAULT_SUBMIT_LIMITS } from "#api";
import {
  type Address,
  asKey,
  type Clock,
  type Hash,
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
import type { Loaded } from "./config.ts";
import { type Core, createCore } from "./core.ts";
import { genesisIdOf } from "./genesis-id.ts";
import { loadIdentity } from "./identity.ts";
import { createLogger } from "./logger.ts";
import { createMetrics } from "./metrics.ts";
import { prepareWith } from "./prepare.ts";
import { SCHEMA_VERSION } from "./schema.ts";
import type { NodeConfig } from "./settings.ts";
import { readSpec } from "./spec-source.ts";
import { AGENT, VERSION } from "./version.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const PORTS_TRIED = 200;

export interface RunningNode {
  readonly core: Core;
  readonly spec: ChainSpec;
  readonly chainId: Hash;
  readonly api: { readonly host: string; readonly port: number; readonly url: string; readonly token: string };
  readonly p2p: readonly string[];
  readonly peerId: string;
  readonly rewardAddress: Address;
  /** Resolves when the node has stopped, whoever asked for it. */
  readonly closed: Promise<void>;
  stop(): Promise<void>;
}

export interface NodeSurroundings {
  readonly clock?: Clock;
  readonly random?: Random;
  readonly log?: Logger;
}

/** @throws OperationError that says what stands in the way and what to do */
export async function startNode({ config, sources }: Loaded, given: NodeSurroundings = {}): Promise<RunningNode> {
  const { clock = systemClock(), random = systemRandom(), log = createLogger(config.node.logLevel) } = given;
  const spec = readSpec(config.node.spec);
  const chainId = chainIdOf(spec);
  const undo: (() => Promise<unknown>)[] = [];
  const unwind = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const directory = await openDataDirectory(config.node.data, {
      chainId,
      genesisId: genesisIdOf(spec, chainId),
      schemaVersion: SCHEMA_VERSION,
    });
    undo.push(() => directory.close());
    const identity = loadIdentity(config.node.data, random);
    const rewardAddress = rewardAddressOf(config, spec, identity);
    const pool = createVerifyPool({ chainId }, { log: log.child("verify") });
    await pool.start();
    undo.push(() => pool.stop());
    const transport = await createLibp2pTransport(await libp2pOptions(config, sources, identity), {
      clock,
      log: log.child("p2p"),
    });
    const fastSealer = createThreadSealer(Math.max(2, config.mining.threads), clock);
    undo.push(() => fastSealer.stop());
    const paced = config.mining.hashRate > 0;
    const core = await createCore(
      {
        ...{ chain: config.chain, mempool: config.mempool, sync: config.sync, peers: config.p2p, rewardAddress },
        produce: config.mining.enabled,
        me: { key: asKey(ed25519PublicKey(identity)), reveal: () => null },
      },
      {
        ...{ spec, chainId, store: directory.store, transport, clock, random, log },
        createLedger: () => createLedger(spec, { indexSeed: random.below(2 ** 32) }),
        peerStore: createFilePeerStore(join(config.node.data, "peers.json"), log),
        prepare: prepareWith(pool),
        sealer: paced
          ? createPacedSealer(config.mining.hashRate, clock)
          : createThreadSealer(config.mining.threads, clock),
      },
    );
    let shutdown = (): void => {};
    const api = await createNodeApi(apiOptions(config, sources), {
      ...{ clock, random, log: log.child("api"), registry: createMetrics(core) },
      ports: createApiPorts({
        ...{ core, transport, fastSealer, rewardAddress, agent: AGENT, version: VERSION },
        startedMs: clock.nowMs(),
        shutdown: () => shutdown(),
      }),
    });
    undo.push(() => core.stop());
    await core.start();
    const listening = await api.start();
    undo.push(() => api.stop());
    log.info("node started", { chain: spec.name, height: core.chain.head.header.height, api: listening.url });

    const done = Promise.withResolvers<void>();
    let stopping: Promise<void> | null = null;
    const stop = (): Promise<void> => {
      stopping ??= unwind().then(() => log.info("node stopped"));
      stopping.then(done.resolve, done.reject);
      return stopping;
    };
    shutdown = () => void clock.after(50, () => void stop());
    return {
      ...{ core, spec, chainId, rewardAddress, stop, closed: done.promise },
      api: { host: config.api.host, port: listening.port, url: listening.url, token: api.token },
      p2p: transport.listenAddresses(),
      peerId: transport.self,
    };
  } catch (error) {
    await unwind();
    throw error;
  }
}

function rewardAddressOf(config: NodeConfig, spec: ChainSpec, identity: Uint8Array): Address {
  if (config.mining.rewardAddress === "") return addressOf(ed25519PublicKey(identity));
  const address = parseAddress(config.mining.rewardAddress, spec.addressPrefix);
  if (address.ok) return address.value;
  throw new OperationError(
    "config-invalid",
    `mining.rewardAddress '${config.mining.rewardAddress}' is not an address of this chain (${address.error.code}); they begin with ${spec.addressPrefix}1`,
  );
}

async function libp2pOptions({ p2p }: NodeConfig, sources: Loaded["sources"], identitySeed: Uint8Array) {
  const fixed = sources.get("p2p.port") !== "default";
  const port = fixed ? p2p.port : await nextFreePort(p2p.host, p2p.port);
  const family = p2p.host.includes(":") ? "ip6" : "ip4";
  const listen = [`/${family}/${p2p.host}/tcp/${port}`];
  if (p2p.webSocketPort >= 0) listen.push(`/${family}/${p2p.host}/tcp/${p2p.webSocketPort}/ws`);
  const { announce, mdns } = p2p;
  return { identitySeed, agent: AGENT, listen, announce, mdns };
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

function apiOptions({ node, api }: NodeConfig, sources: Loaded["sources"]) {
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
