import { expect, it } from "vitest";
import { parseJson } from "./parse-json.ts";

const nested = (levels: number, open = "[", close = "]"): string => open.repeat(levels) + close.repeat(levels);

it("reads JSON of any kind", () => {
  expect(parseJson('{"a":[1,{"b":null}]}')).toEqual({ a: [1, { b: null }] });
  expect(parseJson("null")).toBeNull();
  expect(parseJson('"text"')).toBe("text");
});

it("says undefined for what is none", () => {
  for (const text of [null, "", "{", "undefined", "<script>"]) expect(parseJson(text)).toBeUndefined();
});

it("does not show what is nested deeper than a page can be", () => {
  expect(parseJson(nested(128))).toBeDefined();
  expect(parseJson(nested(129))).toBeUndefined();
  expect(parseJson(nested(8_192))).toBeUndefined();
  expect(parseJson(`${'{"a":'.repeat(2_000)}1${"}".repeat(2_000)}`)).toBeUndefined();
  expect(parseJson(`[${Array.from({ length: 2_000 }, () => "[]").join()}]`)).toHaveLength(2_000);
});
