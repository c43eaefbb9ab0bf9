/**
 * The one table of keys. The first byte of a key names its table; numbers are big-endian, so that byte order is
 * number order. Blocks are known by a sequence number, given in order of arrival and never again: what a block writes
 * is appended, and only `seq-of` is keyed by something random (one such write per block).
 */
import { asHash, assertInvariant, type BlockId, concatBytes, fromUtf8, type Hash, utf8 } from "#base";
import type { KeyRange } from "./port.ts";

/** Tags are part of the schema: never renumber, never reuse. */
const TAG = {
  /** meta/<name> -> schema version, chain, head and other single values. */
  meta: 0x01,
  /** block/<seq u32> -> body bytes of the block. */
  block: 0x02,
  /** header/<seq u32> -> header bytes ‖ status ‖ engine snapshot. */
  header: 0x03,
  /** delta/<seq u32> -> state changes of the block, with what undoes them. */
  delta: 0x04,
  /** seq-of/<block id, 32 bytes> -> seq u32. */
  seqOf: 0x06,
  /** canonical/<height, 6 bytes> -> seq u32 of the block at that height of the head's branch. */
  canonical: 0x07,
  /** page/<page u32> -> accounts of one state page. */
  page: 0x08,
  /** segment/<index u8>/<level u8>/<no u32> -> description of one sorted segment. */
  segment: 0x09,
  /** segment-chunk/<index u8>/<no u32>/<chunk u32> -> a run of a segment's entries. */
  segmentChunk: 0x0a,
  /** journal/<no, 6 bytes> -> one batch of accepted transactions of the mempool. */
  journal: 0x0b,
  /** epoch-table/<its hash, 32 bytes> -> its bytes. */
  epochTable: 0x0c,
} as const;

/** Makes keys of one table; `all` spans the table, `parse` gives back what the key was made of. */
export interface KeyTable<Parts extends readonly unknown[], Parsed> {
  (...parts: Parts): Uint8Array;
  readonly all: KeyRange;
  /** @throws InvariantError when the key is not of this table */
  parse(key: Uint8Array): Parsed;
}

export interface SegmentKey {
  readonly index: number;
  readonly level: number;
  readonly no: number;
}

export const keys = {
  meta: textTable(TAG.meta),
  block: numberTable(TAG.block, 4),
  header: numberTable(TAG.header, 4),
  delta: numberTable(TAG.delta, 4),
  seqOf: bytesTable<BlockId>(TAG.seqOf, asHash),
  canonical: numberTable(TAG.canonical, 6),
  page: numberTable(TAG.page, 4),
  segment: numbersTable(TAG.segment, [1, 1, 4], ([index, level, no]): SegmentKey => ({ index, level, no })),
  segmentChunk: numbersTable(TAG.segmentChunk, [1, 4, 4], ([index, no, chunk]) => ({ index, no, chunk })),
  journal: numberTable(TAG.journal, 6),
  epochTable: bytesTable<Hash>(TAG.epochTable, asHash),
} as const;

/** A sequence number as the value of `seqOf` and `canonical`. */
export function encodeSeq(seq: number): Uint8Array {
  const bytes = new Uint8Array(4);
  writeNumber(bytes, 0, 4, seq);
  return bytes;
}

export function decodeSeq(bytes: Uint8Array): number {
  assertInvariant(bytes.length === 4, `a sequence number of ${bytes.length} bytes was stored`);
  return readNumber(bytes, 0, 4);
}

function table<Parts extends readonly unknown[], Parsed>(
  tag: number,
  make: (...parts: Parts) => Uint8Array,
  parse: (rest: Uint8Array) => Parsed,
): KeyTable<Parts, Parsed> {
  return Object.assign((...parts: Parts) => make(...parts), {
    all: { gte: Uint8Array.of(tag), lt: Uint8Array.of(tag + 1) },
    parse(key: Uint8Array): Parsed {
      assertInvariant(key[0] === tag, `a key of table ${key[0]} was read as one of table ${tag}`);
      return parse(key.subarray(1));
    },
  });
}

function numberTable(tag: number, width: number): KeyTable<[value: number], number> {
  const make = (value: number): Uint8Array => {
    const key = new Uint8Array(1 + width);
    key[0] = tag;
    writeNumber(key, 1, width, value);
    return key;
  };
  return table(tag, make, (rest) => {
    assertInvariant(rest.length === width, `a key of table ${tag} has ${rest.length} bytes`);
    return readNumber(rest, 0, width);
  });
}

function numbersTable<Parsed>(
  tag: number,
  widths: readonly [number, number, number],
  parse: (values: readonly [number, number, number]) => Parsed,
): KeyTable<[number, number, number], Parsed> {
  const [a, b, c] = widths;
  const make = (...values: [number, number, number]): Uint8Array => {
    const key = new Uint8Array(1 + a + b + c);
    key[0] = tag;
    writeNumber(key, 1, a, values[0]);
    writeNumber(key, 1 + a, b, values[1]);
    writeNumber(key, 1 + a + b, c, values[2]);
    return key;
  };
  return table(tag, make, (rest) => {
    assertInvariant(rest.length === a + b + c, `a key of table ${tag} has ${rest.length} bytes`);
    return parse([readNumber(rest, 0, a), readNumber(rest, a, b), readNumber(rest, a + b, c)]);
  });
}

function bytesTable<Bytes extends Uint8Array>(
  tag: number,
  brand: (bytes: Uint8Array) => Bytes,
): KeyTable<[bytes: Bytes], Bytes> {
  return table(tag, (bytes: Bytes) => concatBytes(Uint8Array.of(tag), bytes), brand);
}

function textTable(tag: number): KeyTable<[name: string], string> {
  return table(
    tag,
    (name: string) => concatBytes(Uint8Array.of(tag), utf8(name)),
    (rest) => {
      const name = fromUtf8(rest);
      assertInvariant(name !== null, "the name of a meta value is not text");
      return name;
    },
  );
}

/** Plain arithmetic: the bit operators stop at 32 bits. */
function writeNumber(bytes: Uint8Array, at: number, width: number, value: number): void {
  assertInvariant(
    Number.isSafeInteger(value) && value >= 0 && value < 256 ** width,
    `${value} does not fit a key of ${width} bytes`,
  );
  let rest = value;
  for (let i = width - 1; i >= 0; i--) {
    bytes[at + i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
}

function readNumber(bytes: Uint8Array, at: number, width: number): number {
  let value = 0;
  for (let i = 0; i < width; i++) value = value * 256 + bytes[at + i]!;
  return value;
}
