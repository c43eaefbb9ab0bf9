/**
 * The onions of one signing key: the one in use, and those before and after it. Which one a tip belongs to is found by
 * the tip alone, so that a key that comes from elsewhere goes on where it was.
 */
import { BoundedMap, type Hash, toHex } from "#base";
import { createOnion, type Onion } from "./onion.ts";

/** Onions tried beyond those that are known, each as much work as a new one. */
const LOOK_AHEAD = 4;
const REMEMBERED_STRANGERS = 64;

export interface OnionsOptions {
  /** 32 bytes. */
  readonly secret: Uint8Array;
  /** Of each onion. */
  readonly depth: number;
  /** The latest that is known to be in use; made at once. */
  readonly latest: number;
}

export interface Onions {
  /** The outermost layer of the latest onion. */
  readonly tip: Hash;
  /**
   * The layer under a tip. Null when it has none, or the tip belongs to no onion that is made yet: then others are looked
   * through meanwhile, and a later call may give it.
   */
  reveal(tip: Hash): Hash | null;
  /** How much of the tip's onion is left, as a share of its depth; null like `reveal`. */
  shareLeft(tip: Hash): number | null;
  /** The outermost layer of the onion after the tip's. @returns null when the tip is none of ours */
  nextTip(tip: Hash): Promise<Hash | null>;
}

export async function createOnions({ secret, depth, latest }: OnionsOptions): Promise<Onions> {
  const made = new Map<number, Onion>();
  /** Tips of no onion that was tried. */
  const strangers = new BoundedMap<string, true>(REMEMBERED_STRANGERS);
  let search: Promise<void> | null = null;

  const make = async (number: number): Promise<Onion> => {
    const onion = made.get(number) ?? (await createOnion({ secret, number, depth }));
    made.set(number, onion);
    return onion;
  };
  const find = (tip: Hash): Onion | null => {
    if (strangers.has(toHex(tip))) return null;
    for (const onion of made.values()) if (onion.left(tip) !== null) return onion;
    search ??= look(tip).finally(() => {
      search = null;
    });
    return null;
  };
  const look = async (tip: Hash): Promise<void> => {
    const last = Math.max(...made.keys()) + LOOK_AHEAD;
    for (let number = 0; number <= last; number++) {
      if (made.has(number)) continue;
      const onion = await createOnion({ secret, number, depth });
      if (onion.left(tip) === null) continue;
      made.set(number, onion);
      return;
    }
    strangers.set(toHex(tip), true);
  };

  const { tip: latestTip } = await make(latest);
  return {
    tip: latestTip,
    reveal: (tip) => find(tip)?.reveal(tip) ?? null,
    shareLeft(tip) {
      const left = find(tip)?.left(tip) ?? null;
      return left === null ? null : left / depth;
    },
    async nextTip(tip) {
      if (find(tip) === null) await search;
      const onion = find(tip);
      return onion === null ? null : (await make(onion.number + 1)).tip;
    },
  };
}
