/** Hashes and the binary form (rules BYTES-1 to BYTES-5). */
import { createHash } from "node:crypto";
import { check } from "./refusal.ts";

export const SAFE = 2n ** 53n;
export const ZERO32 = Buffer.alloc(32);

export function sha256(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
}

export const sha256d = (bytes: Uint8Array): Buffer => sha256(sha256(bytes));
export const ascii = (text: string): Buffer => Buffer.from(text, "latin1");

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

export function u64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return bytes;
}

/** A 256-bit hash as a number (BYTES-2). */
export function toNumber(hash: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(hash).reverse().toString("hex")}`);
}

/** Zeros after `bytes` up to `size`. */
export function padded(bytes: Uint8Array, size: number): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(size - bytes.length)]);
}

/** The parts of a container of which only the fields at `offsetsAt` are of variable size; `fixed` is the size of its fixed part. */
export function variableParts(
  bytes: Buffer,
  fixed: number,
  offsetsAt: readonly number[],
  rule: string,
  what: string,
): Buffer[] {
  check(bytes.length >= fixed, rule, `${what}: ${bytes.length} bytes, shorter than the fixed part`);
  const offsets = offsetsAt.map((at) => bytes.readUInt32LE(at));
  return between(bytes, offsets, fixed, rule, what);
}

/** The elements of a list of elements of variable size. */
export function listElements(bytes: Buffer, limit: number, rule: string, what: string): Buffer[] {
  if (bytes.length === 0) return [];
  check(bytes.length >= 4, rule, `${what}: no room for an offset`);
  const first = bytes.readUInt32LE(0);
  check(first > 0 && first % 4 === 0 && first <= bytes.length, rule, `${what}: first offset ${first}`);
  const count = first / 4;
  check(count <= limit, rule, `${what}: ${count} elements, more than ${limit}`);
  const offsets = Array.from({ length: count }, (_, i) => bytes.readUInt32LE(4 * i));
  return between(bytes, offsets, first, rule, what);
}

function between(bytes: Buffer, offsets: readonly number[], first: number, rule: string, what: string): Buffer[] {
  check(offsets[0] === first, rule, `${what}: first offset ${offsets[0]}, expected ${first}`);
  return offsets.map((start, i) => {
    const end = offsets[i + 1] ?? bytes.length;
    check(start <= end && end <= bytes.length, rule, `${what}: offset ${i} is ${start}, the next ${end}`);
    return bytes.subarray(start, end);
  });
}

/** `listRoot(leaves, depth)` of BYTES-5. */
export function listRoot(leaves: readonly Buffer[], depth: number): Buffer {
  let row: Buffer[] = [...leaves];
  let zero: Buffer = ZERO32;
  for (let level = 0; level < depth; level++) {
    const next: Buffer[] = [];
    for (let i = 0; i < row.length; i += 2) next.push(sha256(row[i]!, row[i + 1] ?? zero));
    row = next;
    zero = sha256(zero, zero);
  }
  const count = padded(u64(BigInt(leaves.length)), 32);
  return sha256(row[0] ?? zero, count);
}
