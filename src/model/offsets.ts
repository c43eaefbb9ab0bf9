/** The SSZ form of a list whose elements vary in size: a table of u32 offsets, then the elements. */
import { readU32 } from "#base";

/** @throws RangeError past 2^32 bytes */
export function encodeParts(parts: readonly Uint8Array[]): Uint8Array {
  let size = 4 * parts.length;
  for (const part of parts) size += part.length;
  if (size >= 2 ** 32) throw new RangeError(`${size} bytes`);
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  let at = 4 * parts.length;
  parts.forEach((part, i) => {
    view.setUint32(4 * i, at, true);
    bytes.set(part, at);
    at += part.length;
  });
  return bytes;
}

/**
 * The parts share memory with `bytes`.
 * @returns null when the bytes are not canonical or hold more than `maxParts`
 */
export function decodeParts(bytes: Uint8Array, maxParts: number): Uint8Array[] | null {
  if (bytes.length === 0) return [];
  if (bytes.length < 4) return null;
  const first = readU32(bytes, 0);
  const count = first / 4;
  if (count < 1 || !Number.isInteger(count) || count > maxParts || first > bytes.length) return null;
  const parts: Uint8Array[] = [];
  let start = first;
  for (let i = 1; i <= count; i++) {
    const end = i === count ? bytes.length : readU32(bytes, 4 * i);
    if (end < start || end > bytes.length) return null;
    parts.push(bytes.subarray(start, end));
    start = end;
  }
  return parts;
}
