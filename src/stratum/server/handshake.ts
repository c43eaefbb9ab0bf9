/** All that a miner asks before and beside submitting (rules STRATUM-3, STRATUM-4, STRATUM-7 and STRATUM-11). */
import { err, type Fault, ok, type Result, toHex } from "#base";
import { formatAddress, parseAddress } from "#crypto";
import { giveFirstJob, wantDifficulty } from "./give-work.ts";
import { EXTRANONCE2_BYTES, hex32, ROLLABLE_VERSION_BITS } from "./job.ts";
import type { Pool } from "./pool.ts";
import { type Refusal, refusal } from "./refusal.ts";
import type { Session, Worker } from "./session.ts";
import { clampDifficulty } from "./vardiff.ts";

export type Answer = Result<unknown, Refusal>;
/** @returns the answer; `after` runs once it is on its way */
export type Method = (
  pool: Pool,
  session: Session,
  params: readonly unknown[],
  after: (task: () => void) => void,
) => Answer;

const MAX_AGENT_LENGTH = 64;
const MAX_NAME_LENGTH = 256;
const WORKER_NAME = /^[A-Za-z0-9._-]{0,64}$/;

const subscribe: Method = (pool, session, [agent, resumed], after) => {
  if (session.ticket === null) {
    session.agent = typeof agent === "string" ? agent.replace(/[^\x20-\x7e]/g, "").slice(0, MAX_AGENT_LENGTH) : "";
    session.ticket = pool.tickets.take(resumed);
    session.extranonce1 = session.ticket.extranonce1;
    session.terms = [...session.ticket.terms];
    if (session.isMining) after(() => startMining(pool, session));
  }
  const { session: id, extranonce1 } = session.ticket;
  const subscriptions = [
    ["mining.set_difficulty", id],
    ["mining.notify", id],
  ];
  return ok([subscriptions, toHex(session.extranonce1 ?? extranonce1), EXTRANONCE2_BYTES]);
};

const authorize: Method = (pool, session, [name, password], after) => {
  if (typeof name !== "string" || name.length > MAX_NAME_LENGTH) return unauthorized("the worker's name is missing");
  if (session.workers.has(name)) return ok(true);
  const worker = readWorker(name, pool.addressPrefix);
  if (!worker.ok) return worker;
  if (session.workers.size >= pool.options.maxWorkersPerConnection)
    return unauthorized("too many workers on one connection");
  const { address } = worker.value;
  const counted = [...session.workers.values()].some((one) => one.address === address);
  if (!counted) {
    const connections = pool.accounts.get(address) ?? 0;
    if (connections >= pool.options.maxConnectionsPerAccount)
      return unauthorized("too many connections for this address");
    pool.accounts.set(address, connections + 1);
  }
  if (session.workers.size === 0) beginDifficulty(pool, session, worker.value, password);
  session.workers.set(name, worker.value);
  if (session.workers.size === 1 && session.isMining) after(() => startMining(pool, session));
  return ok(true);
};

const configure: Method = (pool, session, [names, values], after) => {
  if (!Array.isArray(names)) return err(refusal("other", "the first parameter is a list of extensions"));
  const value = (key: string): unknown =>
    typeof values === "object" && values !== null && Object.hasOwn(values, key)
      ? (values as Record<string, unknown>)[key]
      : undefined;
  const agreed: [string, unknown][] = [];
  for (const name of names.slice(0, 16)) {
    if (name === "version-rolling") {
      const wish = value("version-rolling.mask");
      const mask = typeof wish === "string" && /^[0-9a-fA-F]{1,8}$/.test(wish) ? Number.parseInt(wish, 16) : 0xffffffff;
      session.versionMask = (mask & ROLLABLE_VERSION_BITS) >>> 0;
      agreed.push([name, session.versionMask !== 0], ["version-rolling.mask", hex32(session.versionMask)]);
    } else if (name === "minimum-difficulty") {
      const wish = value("minimum-difficulty.value");
      const fits = typeof wish === "number" && wish > 0;
      if (fits) after(() => askForDifficulty(pool, session, wish));
      agreed.push([name, fits]);
    } else if (name === "subscribe-extranonce") {
      session.extranonceSubscribed = true;
      agreed.push([name, true]);
    } else if (typeof name === "string" && name.length <= 64) agreed.push([name, false]);
  }
  return ok(Object.fromEntries(agreed));
};

const suggestDifficulty: Method = (pool, session, [wish], after) => {
  if (typeof wish !== "number" || !(wish > 0)) return err(refusal("other", "a difficulty is a number above 0"));
  after(() => askForDifficulty(pool, session, wish));
  return ok(true);
};

const subscribeExtranonce: Method = (_pool, session) => {
  session.extranonceSubscribed = true;
  return ok(true);
};

/** By name; `mining.submit` is apart, since its answer may have to wait. */
export const METHODS: ReadonlyMap<string, Method> = new Map([
  ["mining.subscribe", subscribe],
  ["mining.authorize", authorize],
  ["mining.configure", configure],
  ["mining.suggest_difficulty", suggestDifficulty],
  ["mining.extranonce.subscribe", subscribeExtranonce],
  ["mining.ping", () => ok("pong")],
]);

function startMining(pool: Pool, session: Session): void {
  pool.metrics.sessions++;
  giveFirstJob(pool, session);
}

/** The first worker of a connection brings its difficulty of before, and perhaps a wish. */
function beginDifficulty(pool: Pool, session: Session, { address, worker }: Worker, password: unknown): void {
  const wish = typeof password === "string" ? /(?:^|[,; ])d=([0-9.eE+-]+)/.exec(password)?.[1] : undefined;
  if (wish !== undefined) askForDifficulty(pool, session, Number(wish));
  const before = pool.memory.recall(address, worker, pool.clock.nowMs());
  if (before !== null && (session.difficultyFloor === 0 || before > session.wantedDifficulty))
    session.wantedDifficulty = clampDifficulty(before, session.difficultyFloor, pool.options);
}

/**
 * The miner's wish is its floor from now on, and raises the difficulty at once. It lowers it only before the first worker is
 * known: otherwise a wish would be a way around what was measured.
 */
function askForDifficulty(pool: Pool, session: Session, wish: number): void {
  if (!(wish > 0) || !Number.isFinite(wish)) return;
  const wanted = clampDifficulty(wish, 0, pool.options);
  session.difficultyFloor = wanted;
  if (session.workers.size === 0) session.wantedDifficulty = wanted;
  if (wanted <= session.wantedDifficulty) return;
  const nowMs = pool.clock.nowMs();
  session.window = { sinceMs: nowMs, shares: 0, difficulty: 0 };
  wantDifficulty(pool, session, wanted, nowMs);
}

function readWorker(name: string, prefix: string): Result<Worker, Refusal> {
  const dot = name.indexOf(".");
  const address = parseAddress(dot < 0 ? name : name.slice(0, dot), prefix);
  if (!address.ok) return unauthorized(addressWords(address.error, prefix));
  const worker = dot < 0 ? "" : name.slice(dot + 1);
  if (!WORKER_NAME.test(worker)) return unauthorized("after the address: at most 64 letters, digits, '.', '_' or '-'");
  return ok({ address: formatAddress(address.value, prefix), worker });
}

function addressWords(fault: Fault, prefix: string): string {
  return fault.code === "address-wrong-network"
    ? `this address is of another network: addresses here begin with ${prefix}1`
    : `the worker's name is no valid address: use your address (${prefix}1…), and .name after it if you like`;
}

function unauthorized(words: string): Result<never, Refusal> {
  return err(refusal("unauthorized", words));
}
