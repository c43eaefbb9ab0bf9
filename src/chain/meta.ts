import { asHash, assertInvariant, readUint, writeUint } from "#base";
import type { TrustedBlock } from "#validation";

/** Names of the chain's single values in the store. */
export const META = {
  /** seq of the block that all nodes' users see as the head. */
  head: "head",
  /** seq of the block whose state the state pages hold. */
  checkpoint: "checkpoint",
  /** seqs of the blocks that the last move of the head took off the chain; absent after any other move. */
  orphaned: "orphaned",
  /** Height and id of the highest block that was ever final here: no later head may contradict it. */
  finalized: "finalized",
} as const;

const HEIGHT_BYTES = 8;

/** height u64 little-endian ‖ id. */
export function encodeTrusted({ height, id }: TrustedBlock): Uint8Array {
  const bytes = new Uint8Array(HEIGHT_BYTES + id.length);
  writeUint(bytes, 0, HEIGHT_BYTES, BigInt(height));
  bytes.set(id, HEIGHT_BYTES);
  return bytes;
}

/** @throws InvariantError when these are not bytes that `encodeTrusted` made */
export function decodeTrusted(bytes: Uint8Array): TrustedBlock {
  assertInvariant(bytes.length === HEIGHT_BYTES + 32, "the stored final block is damaged");
  return { height: Number(readUint(bytes, 0, HEIGHT_BYTES)), id: asHash(bytes.slice(HEIGHT_BYTES)) };
}
