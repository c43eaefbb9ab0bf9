/** The engine of work (rules POW-1 to POW-9). */
import type { Header } from "./block.ts";
import { SAFE, sha256d, toNumber, u32 } from "./bytes.ts";
import { compactOf, isCanonicalCompact, targetOf } from "./compact.ts";
import { check } from "./refusal.ts";
import type { Specification } from "./specification.ts";
import type { WorkNumbers } from "./work-numbers.ts";

/** What later blocks need to know of a block. */
export interface Link {
  readonly id: Buffer;
  readonly height: bigint;
  readonly timeMs: bigint;
  readonly nBits: number;
  /** Height of the latest block, this one or before, whose target is the limit. */
  readonly anchor: number;
}

export interface Seal {
  readonly nBits: number;
  readonly id: Buffer;
}

export type WorkSpecification = Specification & { readonly engine: WorkNumbers };

const seconds = (timeMs: bigint): bigint => timeMs / 1000n;

/** The header alone: claim, seal, compact target, version bits, time inside the seal, hash. @returns its id */
export function checkWork(header: Header, sealHash: Buffer, { limitBits }: WorkNumbers): Seal {
  const { claim, seal, height, timeMs } = header;
  check(claim.length === 4, "POW-1", `a claim of ${claim.length} bytes`);
  check(seal.length === 28, "POW-2", `a seal of ${seal.length} bytes`);
  const nBits = claim.readUInt32LE(0);
  const easiest = targetOf(limitBits);
  const canonical = isCanonicalCompact(nBits) && targetOf(nBits) <= easiest;
  check(canonical, "POW-3", `nBits 0x${nBits.toString(16)} is not canonical, or above the limit`);
  const nVersion = seal.readUInt32LE(0);
  check((nVersion & 0xe0001fff) >>> 0 === 0x20000000, "POW-2", `nVersion 0x${nVersion.toString(16)}`);
  const ahead = BigInt(seal.readUInt32LE(4)) - seconds(timeMs);
  check(ahead >= 0n && ahead <= 600n, "POW-2", `nTime is ${ahead} seconds after the time of the header`);
  check(height >= 1n && height < 2n ** 32n, "POW-4", `height ${height} does not fit into the coinbase`);
  const coinbase = coinbaseOf(Number(height), sealHash, seal.subarray(12));
  const preimage = [
    seal.subarray(0, 4),
    header.parent,
    sha256d(coinbase),
    seal.subarray(4, 8),
    claim,
    seal.subarray(8, 12),
  ];
  const id = sha256d(Buffer.concat(preimage));
  check(toNumber(id) <= targetOf(nBits), "POW-5", `the hash ${id.toString("hex")} is above the target`);
  return { nBits, id };
}

function coinbaseOf(height: number, sealHash: Buffer, extranonce: Buffer): Buffer {
  const hex = (text: string): Buffer => Buffer.from(text, "hex");
  return Buffer.concat([
    hex("01000000"),
    hex("01"),
    Buffer.alloc(32),
    hex("ffffffff"),
    hex("3b"),
    ...[hex("04"), u32(height)],
    ...[hex("24"), hex("41474f4e"), sealHash],
    ...[hex("10"), extranonce],
    hex("ffffffff"),
    hex("010000000000000000"),
    hex("016a"),
    hex("00000000"),
  ]);
}

/** The header on its parent. @param chain from genesis to the parent, without gaps */
export function checkOnParent(header: Header, nBits: number, chain: readonly Link[], spec: WorkSpecification): void {
  const parent = chain.at(-1)!;
  check(header.parent.equals(parent.id), "BLOCK-9", `its parent is ${header.parent.toString("hex")}`);
  check(header.height === parent.height + 1n, "BLOCK-9", `its height is ${header.height}`);
  const expected = compactOf(targetAfter(chain, spec));
  check(nBits === expected, "POW-6", `nBits 0x${nBits.toString(16)}, not 0x${expected.toString(16)}`);
  const median = medianTime(chain, spec.medianOf);
  check(header.timeMs > median && header.timeMs < SAFE, "POW-8", `time ${header.timeMs} is not later than ${median}`);
}

/** POW-7. */
function targetAfter(chain: readonly Link[], { engine, genesisMs }: WorkSpecification): bigint {
  const { spacingS, halfLifeS } = engine;
  const limit = targetOf(engine.limitBits);
  if (halfLifeS === 0n) return limit;
  const parent = chain.at(-1)!;
  const { anchor } = parent;
  const before = anchor === 0 ? seconds(genesisMs) - spacingS : seconds(chain[anchor - 1]!.timeMs);
  const blocks = parent.height - BigInt(anchor);
  const elapsed = seconds(parent.timeMs) - before;
  // Division of bigints is towards zero, >> rounds down: as the rule wants both.
  const x = ((elapsed - spacingS * (blocks + 1n)) * 65_536n) / halfLifeS;
  const shift = x >> 16n;
  const f = x - 65_536n * shift;
  const factor = 65_536n + ((195766423245049n * f + 971821376n * f * f + 5127n * f * f * f + 2n ** 47n) >> 48n);
  const power = shift - 16n;
  const target = power >= 0n ? (limit * factor) << power : (limit * factor) >> -power;
  if (target < 1n) return 1n;
  return target > limit ? limit : target;
}

/** POW-8. */
function medianTime(chain: readonly Link[], medianOf: number): bigint {
  const times = chain.slice(-medianOf).map(({ timeMs }) => timeMs);
  times.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  return times[Math.floor(times.length / 2)]!;
}

/** POW-9. */
export function workOf(nBits: number): bigint {
  return 2n ** 256n / (targetOf(nBits) + 1n);
}
