/** Who gets what of a block: the four schemes (rules PAY-1 to PAY-6). Whoever has the log can compute the same. */
import { type Address, toHex } from "#base";
import { type Credit, splitByWork, totalWork, type WorkShare } from "./split.ts";

export const SCHEMES = ["pplns", "prop", "pps", "solo"] as const;
export type Scheme = (typeof SCHEMES)[number];

/** Fixed for a round when it begins, and published with it. */
export interface Terms {
  readonly scheme: Scheme;
  /** The pool's part of a reward, millionths, rounded down. */
  readonly feePpm: number;
  /** PPLNS looks back over this many times the work of the found block. */
  readonly windowBlocks: number;
}

/** What a block's money is divided by. */
export interface BlockWorks {
  /** Each address of the round, once. */
  readonly round: readonly WorkShare[];
  /** The last `windowBlocks` × block's work, across rounds, newest first, the oldest share cut (rule PAY-4). */
  readonly window: readonly WorkShare[];
  /** Who found the block. */
  readonly finder: Address;
}

export interface Division {
  /** What stays with the pool: its fee, and under PPS the whole reward. */
  readonly poolAtoms: bigint;
  readonly feeAtoms: bigint;
  readonly totalWork: bigint;
  readonly credits: readonly Credit[];
}

const MILLION = 1_000_000n;
/** PPS counts in 2^-64 of an atom. */
const FRACTION_BITS = 64n;

/** The pool's account and the credits add up to the reward. */
export function divideReward(terms: Terms, rewardAtoms: bigint, works: BlockWorks): Division {
  if (terms.scheme === "pps")
    return { poolAtoms: rewardAtoms, feeAtoms: feeOf(terms, rewardAtoms), totalWork: 0n, credits: [] };
  const feeAtoms = feeOf(terms, rewardAtoms);
  const shares = mergeWork(sharesOf(terms.scheme, works));
  const credits = splitByWork(rewardAtoms - feeAtoms, shares);
  const poolAtoms = credits.length === 0 ? rewardAtoms : feeAtoms;
  return { poolAtoms, feeAtoms, totalWork: totalWork(shares), credits };
}

/** ⌊reward × feePpm / 10^6⌋ */
export function feeOf(terms: Terms, rewardAtoms: bigint): bigint {
  return (rewardAtoms * BigInt(terms.feePpm)) / MILLION;
}

/**
 * What PPS owes for one share, in 2^-64 of an atom, rounded down (rule PAY-6).
 * @param share `blockWork` is that of the target in the share's own header
 */
export function ppsValue(
  terms: Terms,
  share: { readonly work: bigint; readonly blockWork: bigint; readonly rewardAtoms: bigint },
): bigint {
  const net = share.rewardAtoms * (MILLION - BigInt(terms.feePpm)) * share.work;
  return (net << FRACTION_BITS) / (share.blockWork * MILLION);
}

/** Whole atoms of a sum of PPS values, rounded down. */
export function ppsAtoms(value: bigint): bigint {
  return value >> FRACTION_BITS;
}

/** The newest shares whose work is `limit` together; the oldest of them counts with what is missing (rule PAY-4). */
export function* cutWindow<T extends { readonly work: bigint }>(newestFirst: Iterable<T>, limit: bigint): Generator<T> {
  let left = limit;
  for (const share of newestFirst) {
    if (left <= 0n) return;
    yield share.work <= left ? share : { ...share, work: left };
    left -= share.work;
  }
}

/** One entry an address. */
export function mergeWork(shares: Iterable<WorkShare>): WorkShare[] {
  const merged = new Map<string, WorkShare>();
  for (const { address, work } of shares) {
    const name = toHex(address);
    merged.set(name, { address, work: (merged.get(name)?.work ?? 0n) + work });
  }
  return [...merged.values()];
}

function sharesOf(scheme: Exclude<Scheme, "pps">, works: BlockWorks): readonly WorkShare[] {
  if (scheme === "pplns") return works.window;
  return scheme === "prop" ? works.round : [{ address: works.finder, work: 1n }];
}
