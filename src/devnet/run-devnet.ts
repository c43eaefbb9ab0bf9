/** A network of real nodes on this machine: claimed, started, served, watched, and ended whole. */
import { join } from "node:path";
import type { DevnetPool } from "#api/contract";
import { type Clock, every, OperationError, silentLogger, systemClock } from "#base";
import { formatAddress } from "#crypto";
import {
  type ChainSpec,
  DEV_ACCOUNT_COUNT,
  devAccountName,
  devValidatorsOf,
  hasFixedDifficulty,
  nominalHashRate,
  validatorsOf,
} from "#spec";
import { devAccount, formatCoins } from "#wallet/core";
import { ensureWebBuilt } from "../../scripts/build-web.ts";
import { type Agreement, findAgreement } from "./agreement.ts";
import { openAuditLog } from "./audit-log.ts";
import { createConsole } from "./console/console.ts";
import { notMined } from "./console/node-orders.ts";
import { type DevnetFolder, openDevnetFolder } from "./devnet-folder.ts";
import { createFaucet } from "./faucet.ts";
import { createFleet, type Fleet, type NodeRole } from "./fleet.ts";
import { DEVNET_DEFAULTS, type DevnetOptions, MAX_NODES } from "./options.ts";
import { POOL_ACCOUNT, PoolProcess } from "./pool-process.ts";
import { settleChain } from "./settle-chain.ts";
import { type DevnetSpec, shareHashRate } from "./spec-file.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const TRIM_LOGS_MS = 5_000;
/** The dev account in the line that tells how to mine at the pool. */
const EXAMPLE_MINER = 3;

export interface DevnetSurroundings {
  /** One line for people. */
  readonly log?: (line: string) => void;
  /** Ends the devnet when it aborts, also while it starts. */
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
  readonly version?: string;
  /** The script that runs the command `node`; the project's own unless a test says otherwise. */
  readonly program?: string;
}

export interface Devnet {
  /** Of pages and console. */
  readonly url: string;
  readonly token: string;
  /** Absolute. */
  readonly folder: string;
  readonly fleet: Fleet;
  readonly pool: PoolProcess | null;
  /** Resolves when no process is left: with what the nodes agreed on if the time ran out, else with null. */
  readonly closed: Promise<Agreement | null>;
  stop(): Promise<void>;
}

/** Resolves when all nodes answer. @throws OperationError, with no process left, when one of them does not start */
export async function runDevnet(given: Partial<DevnetOptions>, around: DevnetSurroundings = {}): Promise<Devnet> {
  const options: DevnetOptions = { ...DEVNET_DEFAULTS, ...given };
  const { log = () => {}, signal, clock = systemClock() } = around;
  if (!Number.isInteger(options.nodes) || options.nodes < 1 || options.nodes > MAX_NODES)
    throw new OperationError("config-invalid", `a devnet has 1 to ${MAX_NODES} nodes, not ${options.nodes}`);
  const folder = openDevnetFolder(options.data, options);
  const undo: (() => unknown)[] = [() => folder.release()];
  const ending = new AbortController();
  const unwind = async (): Promise<void> => {
    for (let step = undo.pop(); step !== undefined; step = undo.pop()) await step();
  };
  const end = onceOnly(() => {
    ending.abort();
    return unwind();
  });
  signal?.addEventListener("abort", () => void end(), { once: true });
  try {
    signal?.throwIfAborted();
    const chain = settleChain(folder, options, clock.nowMs());
    const roles = rolesOf(chain, options);
    const { program = join(ROOT, "bin", "agon.js") } = around;
    const fleet = createDevnetFleet(folder, chain, options, program);
    const listening = Promise.withResolvers<string>();
    const pool = createPool(folder, chain, options, { program, console: listening.promise });
    undo.push(every(clock, TRIM_LOGS_MS, () => trimLogs(fleet, pool)));
    const server = await createConsole(
      { folder, port: options.port, pagesFolder: join(ROOT, "build", "web"), version: around.version ?? "0" },
      {
        ...{ fleet, pool, program, clock, spec: chain.spec, specArgument: chain.argument },
        ...{ audit: openAuditLog(folder.auditFile), faucet: createFaucet({ spec: chain.spec, fleet, clock }) },
        log: silentLogger,
      },
    );
    undo.push(() => server.stop());
    const { url, movedFrom } = await server.start();
    listening.resolve(url);
    undo.push(() => fleet.stopAll());
    log(`Agon devnet at ${url}${movedFrom === null ? "" : ` (port ${movedFrom} is taken)`}`);
    for (const role of roles) await fleet.add(role);
    await fleet.startAll();
    if (pool !== null) {
      // Its miners leave before the nodes do.
      undo.push(() => pool.shutdown());
      await pool.start();
    }
    await server.describeOthers();
    signal?.throwIfAborted();
    if (options.buildPages) void buildPages(log, ending.signal);
    for (const line of describeStart(folder, fleet, pool, chain)) log(line);
    return devnetOf({ url, token: server.token, folder: folder.path, fleet, pool, end, ending, options, clock });
  } catch (error) {
    await end();
    // What was made while it was already ending.
    await unwind();
    throw error;
  }
}

function createDevnetFleet(folder: DevnetFolder, chain: DevnetSpec, options: DevnetOptions, program: string): Fleet {
  // What the pool's account has beside the pool's blocks would look like somebody's.
  const rewarded = options.pool === null ? DEV_ACCOUNT_COUNT : POOL_ACCOUNT;
  const reward = (index: number): string =>
    formatAddress(devAccount(index % rewarded).address, chain.spec.addressPrefix);
  return createFleet({
    ...{ folder, program, spec: chain.argument, portsFrom: options.nodePortsFrom, rewardAddress: reward },
  });
}

interface PoolSurroundings {
  readonly program: string;
  readonly console: Promise<string>;
}

/** Null where none is wanted. */
function createPool(
  folder: DevnetFolder,
  { spec }: DevnetSpec,
  { pool }: DevnetOptions,
  { program, console: url }: PoolSurroundings,
): PoolProcess | null {
  if (pool === null) return null;
  const node = { url, folder: folder.path };
  return new PoolProcess({ folder: folder.nodeFolder("pool"), port: pool.port, spec, program, node });
}

/** Each node mines its share, or signs with the key of a validator that the chain begins with. */
function rolesOf({ spec }: DevnetSpec, { nodes, hashRate }: DevnetOptions): readonly NodeRole[] {
  const nominal = nominalHashRate(spec.engine);
  if (nominal === null && hashRate !== null) throw new OperationError("config-invalid", notMined(spec));
  const validators = devValidatorsOf(spec);
  return shareHashRate(hashRate ?? nominal, nodes).map((rate, index) => {
    const number = validators[index];
    const key = { key: `dev:${number}`, passphraseFile: null, alone: nodes === 1 };
    return { hashRate: rate, validator: number === undefined ? null : key };
  });
}

function describeStart(
  { tokenFile }: DevnetFolder,
  { nodes }: Fleet,
  pool: PoolProcess | null,
  { spec }: DevnetSpec,
): readonly string[] {
  const validators = validatorsOf(spec.engine);
  const missing = validators.length - nodes.filter(({ validatorKey }) => validatorKey !== null).length;
  return [
    ...nodes.map(({ name, api, address, pid }) => `  ${name}  ${api}  ${address}  pid ${pid}`),
    ...(validators.length === 0 ? [] : [`  ${validators.length} validators sign the blocks: ${bondsOf(spec)}`]),
    ...(missing > 0 ? [`  ${missing} of them run nowhere here: their slots stay empty`] : []),
    ...(pool === null ? [] : describePool(pool.view(), spec)),
    `  ${DEV_ACCOUNT_COUNT} funded accounts, ${devAccountName(0)} … ${devAccountName(DEV_ACCOUNT_COUNT - 1)}: their keys are public`,
    `  orders over HTTP need the token in ${tokenFile}`,
    "Ctrl-C ends all of it.",
  ];
}

function describePool({ stratum, api, pid, account }: DevnetPool, spec: ChainSpec): readonly string[] {
  const miner = formatAddress(devAccount(EXAMPLE_MINER).address, spec.addressPrefix);
  return [
    `  pool    ${stratum}  ${api}  pid ${pid}  ${account} earns its blocks and pays: send nothing from it`,
    `          mine at it: agon mine --pool ${stratum} --address ${miner}`,
    ...(hasFixedDifficulty(spec.engine)
      ? [`          ${spec.name} does not follow the hash rate: a real miner's shares will all be blocks`]
      : []),
  ];
}

/** "100000 coins each", or one after the other. */
function bondsOf({ engine }: ChainSpec): string {
  const bonds = validatorsOf(engine).map(({ bondAtoms }) => formatCoins(bondAtoms));
  return new Set(bonds).size === 1 ? `${bonds[0]} coins each` : `${bonds.join(", ")} coins`;
}

interface Running {
  readonly url: string;
  readonly token: string;
  readonly folder: string;
  readonly fleet: Fleet;
  readonly pool: PoolProcess | null;
  readonly end: () => Promise<void>;
  readonly ending: AbortController;
  readonly options: DevnetOptions;
  readonly clock: Clock;
}

function devnetOf({ url, token, folder, fleet, pool, end, ending, options, clock }: Running): Devnet {
  const { promise: closed, resolve, reject } = Promise.withResolvers<Agreement | null>();
  let found: Agreement | null = null;
  const timeUp = async (): Promise<void> => {
    const agreement = await findAgreement(() => fleet.view(), clock);
    if (!ending.signal.aborted) found = agreement;
    await end();
  };
  ending.signal.addEventListener("abort", () => end().then(() => resolve(found), reject), { once: true });
  if (options.forSeconds !== null) {
    const cancel = clock.after(options.forSeconds * 1_000, () => timeUp().catch(reject));
    ending.signal.addEventListener("abort", cancel, { once: true });
  }
  return { url, token, folder, fleet, pool, closed, stop: end };
}

function trimLogs({ nodes }: Fleet, pool: PoolProcess | null): void {
  for (const node of nodes) node.trimLog();
  pool?.trimLog();
}

/** Never fails: nodes run where pages do not build. */
async function buildPages(log: (line: string) => void, signal: AbortSignal): Promise<void> {
  const { built, ok, ms } = await ensureWebBuilt({ log: (line) => !signal.aborted && log(line), signal });
  if (built && ok) log(`pages built in ${(ms / 1_000).toFixed(1)} s`);
}

function onceOnly(run: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  return () => {
    running ??= run();
    return running;
  };
}
