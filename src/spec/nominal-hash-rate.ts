import type { EngineSpec } from "./chain-spec.ts";

/** Whatever is more is no throttle. */
const MAX_HASH_RATE = 1_000_000n;

/** Hashes a second that find a block at the easiest target every `spacingMs`; null where blocks are not searched. */
export function nominalHashRate(engine: EngineSpec): number | null {
  if (engine.kind !== "pow") return null;
  const exponent = BigInt(engine.limitBits >>> 24);
  const mantissa = BigInt(engine.limitBits & 0x7fffff);
  const target = exponent > 3n ? mantissa << (8n * (exponent - 3n)) : mantissa >> (8n * (3n - exponent));
  const rate = (2n ** 256n * 1_000n) / (target * BigInt(engine.spacingMs));
  return Math.max(1, Number(rate < MAX_HASH_RATE ? rate : MAX_HASH_RATE));
}
