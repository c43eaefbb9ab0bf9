import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { asHash, compareBytes } from "#base";
import { decodeSeq, encodeSeq, keys } from "./keys.ts";

const seq = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const inTable = (key: Uint8Array, { gte, lt }: { gte: Uint8Array; lt: Uint8Array }): boolean =>
  compareBytes(key, gte) >= 0 && compareBytes(key, lt) < 0;

describe("the table of keys", () => {
  test("byte order is number order, and a key gives back its number", () => {
    fc.assert(
      fc.property(seq, seq, (a, b) => {
        expect(Math.sign(compareBytes(keys.block(a), keys.block(b)))).toBe(Math.sign(a - b));
        expect(keys.block.parse(keys.block(a))).toBe(a);
        expect(decodeSeq(encodeSeq(a))).toBe(a);
      }),
    );
  });

  test("heights go up to 48 bits", () => {
    expect(keys.canonical.parse(keys.canonical(2 ** 48 - 1))).toBe(2 ** 48 - 1);
    expect([...keys.canonical(258)]).toEqual([7, 0, 0, 0, 0, 1, 2]);
    expect(() => keys.canonical(2 ** 48)).toThrow("does not fit");
    expect(() => keys.block(2 ** 32)).toThrow("does not fit");
    expect(() => keys.block(-1)).toThrow("does not fit");
    expect(() => keys.block(1.5)).toThrow("does not fit");
  });

  test("bytes, names and segments come back", () => {
    const id = asHash(new Uint8Array(32).fill(0xff));
    expect(keys.seqOf.parse(keys.seqOf(id))).toEqual(id);
    expect(keys.meta.parse(keys.meta("schema"))).toBe("schema");
    expect(keys.segment.parse(keys.segment(1, 2, 3))).toEqual({ index: 1, level: 2, no: 3 });
    expect(keys.segmentChunk.parse(keys.segmentChunk(1, 7, 9))).toEqual({ index: 1, no: 7, chunk: 9 });
  });

  test("each key lies in its own table and in no other", () => {
    const id = asHash(new Uint8Array(32).fill(0xff));
    const samples = [
      [keys.meta("x"), keys.meta],
      [keys.block(2 ** 32 - 1), keys.block],
      [keys.header(0), keys.header],
      [keys.delta(1), keys.delta],
      [keys.seqOf(id), keys.seqOf],
      [keys.canonical(2 ** 48 - 1), keys.canonical],
      [keys.page(1), keys.page],
      [keys.segment(255, 255, 2 ** 32 - 1), keys.segment],
      [keys.segmentChunk(255, 1, 1), keys.segmentChunk],
      [keys.journal(1), keys.journal],
      [keys.epochTable(id), keys.epochTable],
    ] as const;
    expect(samples.length).toBe(Object.keys(keys).length);
    for (const [key] of samples) expect(samples.filter(([, table]) => inTable(key, table.all)).length).toBe(1);
    expect(() => keys.header.parse(keys.block(1))).toThrow("was read as one of table");
  });
});
