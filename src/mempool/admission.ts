/** Who is let in: the rules of the mempool for one transaction beside what its sender has pending (docs/spec/mempool.md). */
import { blameNobody, type Fault } from "#base";
import type { Account, PreparedTransaction } from "#model";
import { type Entry, feeRateOf } from "./entry.ts";
import type { MempoolOptions } from "./options.ts";
import type { SenderQueue } from "./sender-queue.ts";

export interface Candidate {
  /** Of the chain, for each byte of a transaction. */
  readonly minFeePerByteAtoms: bigint;
  readonly item: PreparedTransaction;
  readonly account: Account;
  readonly queue: SenderQueue;
  /** Pending with the same nonce. */
  readonly replaced: Entry | null;
}

/** Bounds of number, size and fee. They are for newcomers: what was accepted once is not turned away by them. */
export function checkBounds(options: MempoolOptions, floorRate: number, candidate: Candidate): Fault | null {
  const { item, account, queue, replaced } = candidate;
  const { nonce } = item.transaction;
  const rate = feeRateOf(item);
  if (rate < floorRate) return blameNobody("tx-fee-floor", { feeRate: rate, floor: floorRate });
  if (replaced !== null) return checkReplacement(options, candidate, replaced);
  if (nonce > account.nonce + queue.readyCount(account.nonce) + options.maxNonceGap)
    return blameNobody("tx-nonce-gap", { nonce, expected: account.nonce });
  const full =
    queue.entries.length >= options.maxTransactionsPerSender ||
    queue.sizeBytes + item.bytes.length > options.maxBytesPerSender;
  return full ? blameNobody("tx-sender-full", { pending: queue.entries.length }) : null;
}

/** A higher rate, and so much more in all that replacing costs what relaying it does. */
function checkReplacement(
  options: MempoolOptions,
  { item, minFeePerByteAtoms }: Candidate,
  replaced: Entry,
): Fault | null {
  const { nonce, feeAtoms } = item.transaction;
  if (replaced.replacements >= options.maxReplacements) return blameNobody("tx-replaced-too-often", { nonce });
  const old = replaced.item.transaction.feeAtoms;
  const tenth = (old + 9n) / 10n;
  const relaying = minFeePerByteAtoms * BigInt(item.bytes.length);
  const neededAtoms = old + (tenth > relaying ? tenth : relaying);
  if (feeRateOf(item) > replaced.feeRate && feeAtoms >= neededAtoms) return null;
  return blameNobody("tx-replacement-fee", { nonce, neededAtoms: `${neededAtoms}` });
}

/** Only confirmed balance counts. @returns the fault when all that is pending would take more */
export function checkFunds({ item, account, queue, replaced }: Candidate, costAtoms: bigint): Fault | null {
  const neededAtoms = queue.costFrom(account.nonce) - (replaced?.costAtoms ?? 0n) + costAtoms;
  if (neededAtoms <= account.balanceAtoms) return null;
  return blameNobody("tx-overspend", { nonce: item.transaction.nonce, neededAtoms: `${neededAtoms}` });
}
