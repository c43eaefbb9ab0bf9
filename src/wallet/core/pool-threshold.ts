/** A miner's word to its pool, signed by the key of its account (rule THRESHOLD-1). */
import { asSignature, type Hash } from "#base";
import { addressOf, ed25519PublicKey, ed25519Sign } from "#crypto";
import { type SignedThresholdOrder, type ThresholdOrder, thresholdMessage } from "#model";

export interface ThresholdSigning extends Pick<ThresholdOrder, "poolKey" | "thresholdAtoms" | "timeMs"> {
  readonly chainId: Hash;
  /** 32 bytes that sign for the miner's account. */
  readonly seed: Uint8Array;
}

export function signThreshold({ chainId, seed, ...wish }: ThresholdSigning): SignedThresholdOrder {
  const key = ed25519PublicKey(seed);
  const order = { ...wish, key, address: addressOf(key) };
  return { ...order, signature: asSignature(ed25519Sign(thresholdMessage(chainId, order), seed)) };
}
