/** Who may connect: how many at a time and in a minute from one host, and who is banned and until when (rule STRATUM-14). */
import { isIPv6 } from "node:net";
import type { StratumMetrics } from "./metrics.ts";
import type { StratumOptions } from "./settings.ts";

type GateOptions = Pick<StratumOptions, "maxConnectionsPerHost" | "banShares" | "banPercent" | "banStrikes" | "banMs">;

/** What is known of a host; forgotten when it is gone and nothing is held against it. */
interface HostRecord {
  connections: number;
  /** Connections it may still open, refilled over a minute. */
  tokens: number;
  tokensAtMs: number;
  valid: number;
  invalid: number;
  strikes: number;
  strikesSinceMs: number;
  bannedUntilMs: number;
}

const MINUTE_MS = 60_000;
/** Beyond it a stranger is turned away rather than remembered. */
const MAX_HOSTS = 65_536;

export class Gatekeeper {
  readonly #options: GateOptions;
  readonly #metrics: Pick<StratumMetrics, "bansTotal">;
  readonly #hosts = new Map<string, HostRecord>();

  constructor(options: GateOptions, metrics: Pick<StratumMetrics, "bansTotal">) {
    this.#options = options;
    this.#metrics = metrics;
  }

  /** @returns why it may not connect, or null; then `leave` must follow */
  enter(host: string, nowMs: number): string | null {
    const known = this.#hosts.get(host);
    if (known === undefined && this.#hosts.size >= MAX_HOSTS) return "too many hosts";
    const burst = this.#options.maxConnectionsPerHost * 2;
    const record = known ?? newRecord(burst, nowMs);
    if (record.bannedUntilMs > nowMs) return "banned";
    const earned = ((nowMs - record.tokensAtMs) * this.#options.maxConnectionsPerHost) / MINUTE_MS;
    record.tokens = Math.min(burst, record.tokens + earned);
    record.tokensAtMs = nowMs;
    if (record.connections >= this.#options.maxConnectionsPerHost) return "too many connections";
    if (record.tokens < 1) return "connects too often";
    record.tokens--;
    record.connections++;
    this.#hosts.set(host, record);
    return null;
  }

  leave(host: string): void {
    const record = this.#hosts.get(host);
    if (record !== undefined) record.connections--;
  }

  isBanned(host: string, nowMs: number): boolean {
    return (this.#hosts.get(host)?.bannedUntilMs ?? 0) > nowMs;
  }

  /** Counts a share of a host that is connected, and bans it where too many were invalid. */
  judgeShare(host: string, valid: boolean, nowMs: number): void {
    const record = this.#hosts.get(host);
    if (record === undefined) return;
    if (valid) record.valid++;
    else record.invalid++;
    const total = record.valid + record.invalid;
    if (total < this.#options.banShares) return;
    if (record.invalid * 100 >= total * this.#options.banPercent) this.#ban(record, nowMs);
    record.valid = 0;
    record.invalid = 0;
  }

  /** Counts a line that was no request. */
  strike(host: string, nowMs: number): void {
    const record = this.#hosts.get(host);
    if (record === undefined) return;
    if (nowMs - record.strikesSinceMs > this.#options.banMs) {
      record.strikes = 0;
      record.strikesSinceMs = nowMs;
    }
    if (++record.strikes < this.#options.banStrikes) return;
    record.strikes = 0;
    this.#ban(record, nowMs);
  }

  /** Lets bans expire and forgets hosts; called once in a while. */
  tidy(nowMs: number): void {
    for (const [host, record] of this.#hosts) {
      if (record.bannedUntilMs <= nowMs) record.bannedUntilMs = 0;
      const quiet = nowMs - record.tokensAtMs > 2 * MINUTE_MS;
      if (record.connections === 0 && record.bannedUntilMs === 0 && quiet) this.#hosts.delete(host);
    }
  }

  #ban(record: HostRecord, nowMs: number): void {
    if (this.#options.banMs === 0) return;
    record.bannedUntilMs = nowMs + this.#options.banMs;
    this.#metrics.bansTotal++;
  }
}

function newRecord(tokens: number, nowMs: number): HostRecord {
  const counts = { connections: 0, valid: 0, invalid: 0, strikes: 0 };
  return { ...counts, tokens, tokensAtMs: nowMs, strikesSinceMs: nowMs, bannedUntilMs: 0 };
}

/** What one party usually has one of: an IPv4 address, or the /64 that an IPv6 address lies in. */
export function hostOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped !== null) return mapped[1]!;
  const plain = address.split("%")[0]!;
  if (!isIPv6(plain)) return plain;
  const [head = "", tail] = plain.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length;
  const groups = [...left, ...new Array<string>(Math.max(0, zeros)).fill("0"), ...right];
  return `${groups.slice(0, 4).join(":")}::/64`;
}
