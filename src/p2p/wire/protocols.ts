/** Names of protocols and topics, and what each may cost (rule WIRE-2). */
import { type Hash, toHex } from "#base";
import type { RequestLimits } from "../transport/port.ts";
import { MAX_BODIES, MAX_LOCATOR, MAX_WANTED_TRANSACTIONS } from "./requests.ts";
import { STATUS_BYTES } from "./status.ts";

export const PROTOCOLS = {
  status: "/agon/status/2",
  headers: "/agon/headers/1",
  bodies: "/agon/bodies/1",
  blockTransactions: "/agon/block-transactions/1",
  pool: "/agon/pool/1",
} as const;

export const LIMITS: Readonly<Record<keyof typeof PROTOCOLS, RequestLimits>> = {
  status: { maxRequestBytes: STATUS_BYTES, timeoutMs: 5_000, maxConcurrentPerPeer: 2 },
  headers: { maxRequestBytes: 2 + 32 * MAX_LOCATOR, timeoutMs: 10_000, maxConcurrentPerPeer: 4 },
  bodies: { maxRequestBytes: 32 * MAX_BODIES, timeoutMs: 30_000, maxConcurrentPerPeer: 8 },
  blockTransactions: { maxRequestBytes: 32 + 4 * MAX_WANTED_TRANSACTIONS, timeoutMs: 10_000, maxConcurrentPerPeer: 8 },
  pool: { maxRequestBytes: 32, timeoutMs: 10_000, maxConcurrentPerPeer: 2 },
};

export const MAX_TRANSACTIONS_MESSAGE_BYTES = 512 * 1024;
export const MAX_TRANSACTIONS_PER_MESSAGE = 2_000;
export const MAX_VOTES_PER_MESSAGE = 64;
export const MAX_ANNOUNCEMENT_BYTES = 1024 * 1024;

/** Topics carry the chain id, so that two chains on one network never mix. */
export function topicsOf(chainId: Hash): Readonly<Record<"blocks" | "transactions" | "votes", string>> {
  const chain = toHex(chainId).slice(0, 16);
  return {
    blocks: `/agon/${chain}/blocks/1`,
    transactions: `/agon/${chain}/transactions/1`,
    votes: `/agon/${chain}/votes/1`,
  };
}
