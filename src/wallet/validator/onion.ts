/**
 * A validator's onion: every 1024th layer is kept, so that any layer is at most that many hashes away, and a tip is
 * found by hashing outwards until a kept layer comes (rule STAKE-7).
 */
import { equalBytes, type Hash, toHex } from "#base";
import { onionLayer, onionSeed } from "#crypto";

/** Layers of a new onion: as many blocks, less what is left when it is renewed. */
export const ONION_DEPTH = 2 ** 20;
const STRIDE = 1_024;
/** Layers made before others may run: a few milliseconds. */
const BREATH = 2_048;

export interface OnionOptions {
  /** 32 bytes. */
  readonly secret: Uint8Array;
  readonly number: number;
  readonly depth: number;
}

export interface Onion {
  readonly number: number;
  readonly depth: number;
  /** The outermost layer, to be published. */
  readonly tip: Hash;
  /** The layer under a tip; null when the tip is none of this onion, or its innermost. Up to 2 ms. */
  reveal(tip: Hash): Hash | null;
  /** Layers under a tip: how many more blocks; null when the tip is none of this onion. */
  left(tip: Hash): number | null;
}

/** About 0.7 s for 2^20 layers, in pieces of a few milliseconds. */
export async function createOnion({ secret, number, depth }: OnionOptions): Promise<Onion> {
  const kept = await keepLayers(onionSeed(secret, number), depth);
  const layerOf = new Map(kept.map((value, i) => [toHex(value), Math.min(i * STRIDE, depth)]));
  /** Layers `from` … of the piece that was last looked at. */
  let piece: { readonly from: number; readonly values: readonly Hash[] } = { from: 0, values: [] };

  const find = (tip: Hash): number | null => {
    const near = piece.values.findIndex((value) => equalBytes(value, tip));
    if (near >= 0) return piece.from + near;
    let value = tip;
    for (let steps = 0; steps <= STRIDE; steps++) {
      const layer = layerOf.get(toHex(value));
      if (layer !== undefined) return layer < steps ? null : layer - steps;
      value = onionLayer(value);
    }
    return null;
  };
  const valueAt = (layer: number): Hash => {
    const from = Math.floor(layer / STRIDE) * STRIDE;
    if (piece.from !== from || piece.values.length === 0) piece = { from, values: pieceOf(kept[from / STRIDE]!) };
    return piece.values[layer - from]!;
  };
  return {
    number,
    depth,
    tip: kept.at(-1)!,
    left: find,
    reveal(tip) {
      const layer = find(tip);
      return layer === null || layer === 0 ? null : valueAt(layer - 1);
    },
  };
}

/** Layers 0, 1024, 2048, …, and the outermost. */
async function keepLayers(seed: Hash, depth: number): Promise<Hash[]> {
  const kept: Hash[] = [seed];
  let value = seed;
  for (let layer = 1; layer <= depth; layer++) {
    value = onionLayer(value);
    if (layer % STRIDE === 0 || layer === depth) kept.push(value);
    if (layer % BREATH === 0) await new Promise<void>((resolve) => setImmediate(resolve));
  }
  return kept;
}

function pieceOf(first: Hash): Hash[] {
  const values = [first];
  while (values.length < STRIDE) values.push(onionLayer(values.at(-1)!));
  return values;
}
