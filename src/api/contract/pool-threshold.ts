/** A miner's signed word about its threshold on the wire (docs/spec/pool-accounting.md, THRESHOLD). */
import { type Static, Type } from "typebox";
import { type Address, asKey, asSignature, fromHex, type Key, toHex } from "#base";
import type { SignedThresholdOrder } from "#model";
import { Atoms, KeyHex, SignatureHex, TimeMs } from "./primitives.ts";

const signed = {
  threshold: Type.Union([Atoms, Type.Null()], { description: "atoms; null: the pool's own" }),
  timeMs: Type.Unsafe<number>({ ...TimeMs, maximum: Number.MAX_SAFE_INTEGER }),
  key: Type.Unsafe<string>({ ...KeyHex, description: "of the miner's address" }),
  signature: SignatureHex,
};

export const PoolSignedThreshold = Type.Object(signed, {
  title: "PoolSignedThreshold",
  description: "signed by the miner (THRESHOLD-1)",
  additionalProperties: false,
});
export type PoolSignedThreshold = Static<typeof PoolSignedThreshold>;

export const PoolTakenThreshold = Type.Object(
  {
    ...signed,
    taken: Type.Unsafe<string>({ ...SignatureHex, description: "by the pool, that it has taken it (THRESHOLD-4)" }),
  },
  { title: "PoolTakenThreshold" },
);
export type PoolTakenThreshold = Static<typeof PoolTakenThreshold>;

export function showSignedThreshold(order: SignedThresholdOrder): PoolSignedThreshold {
  const { thresholdAtoms, timeMs, key, signature } = order;
  return {
    threshold: thresholdAtoms === null ? null : String(thresholdAtoms),
    ...{ timeMs, key: toHex(key), signature: toHex(signature) },
  };
}

/** @returns null for hex of another length, or an amount that no order can hold */
export function readSignedThreshold(
  { threshold, timeMs, key, signature }: PoolSignedThreshold,
  about: { readonly poolKey: Key; readonly address: Address },
): SignedThresholdOrder | null {
  const [keyBytes, signatureBytes] = [fromHex(key), fromHex(signature)];
  const thresholdAtoms = threshold === null ? null : BigInt(threshold);
  if (keyBytes?.length !== 32 || signatureBytes?.length !== 64 || !Number.isSafeInteger(timeMs)) return null;
  if (thresholdAtoms !== null && (thresholdAtoms < 1n || thresholdAtoms >= 2n ** 64n)) return null;
  return { ...about, thresholdAtoms, timeMs, key: asKey(keyBytes), signature: asSignature(signatureBytes) };
}
