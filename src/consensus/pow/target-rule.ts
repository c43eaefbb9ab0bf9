/** Which target and which time the block after a snapshot must have (rules POW-6 to POW-8). */
import { assertInvariant } from "#base";
import type { WorkChainSpec } from "#spec";
import { computeAsertTarget } from "./asert.ts";
import { compactToTarget, targetToCompact } from "./compact.ts";
import type { PowData, PowSnapshot } from "./snapshot.ts";

export interface TargetRule {
  readonly limit: bigint;
  /** Of genesis. */
  readonly start: PowData;
  /** Exact compact target of the next block. */
  nextBits(parent: PowSnapshot): number;
  /** The next block's time must be later than this. */
  medianTimeMs(parent: PowSnapshot): number;
  /** What is remembered once `parent` is followed by a block with this target and time. */
  follow(parent: PowSnapshot, bits: number, timeMs: number): PowData;
}

export function createTargetRule(spec: WorkChainSpec): TargetRule {
  const { limitBits, spacingMs, halfLifeS } = spec.engine;
  const limit = targetOf(limitBits);
  const spacingS = spacingMs / 1_000;
  const params = { spacingS: BigInt(spacingS), halfLifeS: BigInt(halfLifeS), limit };
  return {
    limit,
    start: {
      bits: limitBits,
      // As if genesis had come one spacing after a parent: block 1 then has the limit too.
      anchor: { height: 0, parentTimeS: secondsOf(spec.genesis.timeMs) - spacingS },
      timesMs: [spec.genesis.timeMs],
    },
    nextBits({ data, height, timeMs }) {
      if (halfLifeS === 0) return limitBits;
      const { height: anchorHeight, parentTimeS } = data.anchor;
      const anchor = { height: BigInt(anchorHeight), parentTimeS: BigInt(parentTimeS), target: limit };
      return targetToCompact(computeAsertTarget(anchor, BigInt(height), BigInt(secondsOf(timeMs)), params));
    },
    medianTimeMs({ data }) {
      const sorted = data.timesMs.toSorted((a, b) => a - b);
      return sorted[Math.floor(sorted.length / 2)]!;
    },
    follow(parent, bits, timeMs) {
      const { anchor, timesMs } = parent.data;
      return {
        bits,
        anchor: bits === limitBits ? { height: parent.height + 1, parentTimeS: secondsOf(parent.timeMs) } : anchor,
        timesMs: [...timesMs, timeMs].slice(-spec.time.medianOf),
      };
    },
  };
}

/** Of bits that were checked before. @throws InvariantError when they are not canonical */
export function targetOf(bits: number): bigint {
  const target = compactToTarget(bits);
  assertInvariant(target !== null, `bits ${bits} are not canonical`);
  return target;
}

export function secondsOf(timeMs: number): number {
  return Math.floor(timeMs / 1_000);
}
