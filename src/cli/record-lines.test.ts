import fc from "fast-check";
import { expect, test } from "vitest";
import { concatBytes, fromUtf8, utf8 } from "#base";
import { readRecordLines } from "./record-lines.ts";

const read = (text: string, rules = {}) => {
  const { lines, empty } = readRecordLines(utf8(text), rules);
  return { lines: lines.map(({ line, data }) => [line, fromUtf8(data)]), empty };
};

test.each([
  [
    "{}\n[1]\n",
    [
      [1, "{}"],
      [2, "[1]"],
    ],
    [],
  ],
  [
    "{}\n[1]",
    [
      [1, "{}"],
      [2, "[1]"],
    ],
    [],
  ],
  [
    '\n{"b":1, "a":2}\n\n\n"x"',
    [
      [2, '{"b":1, "a":2}'],
      [5, '"x"'],
    ],
    [1, 3, 4],
  ],
  [
    "1\r\n2\r\n",
    [
      [1, "1\r"],
      [2, "2\r"],
    ],
    [],
  ],
  ["", [], []],
])("lines of %j are their bytes", (text, lines, empty) => {
  expect(read(text)).toEqual({ lines, empty });
});

test("any bytes come through as octets, cut at newlines only", () => {
  const line = fc
    .uint8Array({ minLength: 1, maxLength: 40 })
    .map((bytes) => bytes.map((byte) => (byte === 10 ? 11 : byte)));
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 20 }), fc.boolean(), (wanted, endsWithNewline) => {
      const parts = wanted.flatMap((data, i) => (i === 0 ? [data] : [utf8("\n"), data]));
      const bytes = concatBytes(...parts, ...(endsWithNewline ? [utf8("\n")] : []));
      expect(readRecordLines(bytes, { octets: true }).lines.map(({ data }) => [...data])).toEqual(
        wanted.map((data) => [...data]),
      );
    }),
  );
});

test("the canonical form is only taken when asked for", () => {
  expect(read('{"b": 1.0, "a": "\\u00e9"}', { canonical: true }).lines).toEqual([[1, '{"a":"é","b":1}']]);
  expect(read('{"b": 1.0}').lines).toEqual([[1, '{"b": 1.0}']]);
});

test.each([
  ["{}\n{", {}, "nothing was sent: line 2 is not JSON (--octets sends any bytes)"],
  ['"\\ud800"', { canonical: true }, /line 1 has no canonical form/],
  ["x\n".repeat(7), {}, /line 5 is not JSON .*, and 2 more$/],
  [`"${"x".repeat(16_383)}"`, {}, "nothing was sent: line 1 has 16385 bytes, and a record holds 16384 at most"],
])("%# a line that will not do stops all of them", (text, rules, message) => {
  expect(() => read(text, rules)).toThrow(message);
});

test("what is not UTF-8 is not JSON, but octets", () => {
  const bytes = new Uint8Array([0x22, 0xff, 0x22]);
  expect(() => readRecordLines(bytes, {})).toThrow("line 1 is not UTF-8");
  expect(readRecordLines(bytes, { octets: true }).lines[0]?.data).toEqual(bytes);
  expect(readRecordLines(utf8(`"${"x".repeat(16_382)}"`), {}).lines.length).toBe(1);
});
