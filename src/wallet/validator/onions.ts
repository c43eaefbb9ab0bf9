/**
 * The onions of one signing key: the one in use, and those before and after it. Which one a tip belongs to is found by
 * the tip alone, so that a key that comes from elsewhere goes on where it was.
 */
import { BoundedMap, type Hash, toHex } from "#base";
import { createOnion, type Onion } from "./onion.ts";

/** Onions tried beyond the latest that is known, each as much work as a new one. */
const LOOK_AHEAD = 16;
const REMEMBERED_STRANGERS = 64;

export interface OnionsOptions {
  /** 32 bytes. */
  readonly secret: Uint8Array;
  /** Of each onion. */
  readonly depth: number;
  /** The latest that is known to be in use; made at once. Default 0. */
  readonly latest?: number;
  /** Called when a later one is given out, or turns out to be in use. */
  readonly onLater?: (number: number) => void;
}

export interface Onions {
  /** The outermost layer of the latest onion known when this was made. */
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

export async function createOnions(options: OnionsOptions): Promise<Onions> {
  const { secret, depth, latest = 0, onLater = () => {} } = options;
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
    const last = Math.max(...made.keys());
    const later = Array.from({ length: LOOK_AHEAD }, (_, i) => last + 1 + i);
    const earlier = Array.from({ length: last }, (_, i) => last - 1 - i);
    for (const number of [...later, ...earlier]) {
      if (made.has(number)) continue;
      const onion = await createOnion({ secret, number, depth });
      if (onion.left(tip) === null) continue;
      made.set(number, onion);
      if (number > last) onLater(number);
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
      if (onion === null) return null;
      const next = onion.number + 1;
      if (!made.has(next)) onLater(next);
      return (await make(next)).tip;
    },
  };
}

/** A signing key as far as its onions go. */
export interface OnionKey {
  /** 32 bytes. */
  readonly seed: Uint8Array;
  readonly onionDepth: number;
  readonly onionNumber: number;
}

/**
 * What a bond publishes as the tip of its onion. A layer that a block may show before the bond is in a block would be
 * known to everybody when its turn comes, so a validator that has an onion gets the next one.
 * @param standing the validator's record, if its signing key is this one
 */
export async function tipForBond(
  { seed, onionDepth, onionNumber }: OnionKey,
  standing: { readonly onionTip: Hash; readonly nextOnionTip: Hash | null } | null,
): Promise<Hash> {
  if (standing?.nextOnionTip != null) return standing.nextOnionTip;
  const onions = await createOnions({ secret: seed, depth: onionDepth, latest: onionNumber });
  return (standing === null ? null : await onions.nextTip(standing.onionTip)) ?? onions.tip;
}
