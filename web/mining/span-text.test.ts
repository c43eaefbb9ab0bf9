import { expect, test } from "vitest";
import { difficultyText, spanText } from "./span-text.ts";

test("times to wait, in the unit that reads best", () => {
  expect(
    [0.42, 42, 119, 120, 9_000, 200_000, 1e9, 1e20, Number.POSITIVE_INFINITY].map((s) => spanText(s).join(" ")),
  ).toEqual(["0.4 s", "42 s", "119 s", "2.0 min", "2.5 h", "2.3 days", "32 years", "3.2e+12 years", "– "]);
});

test("difficulties below and above one", () => {
  expect([0.00052341, 1, 12.345, 1_234_567].map(difficultyText)).toEqual([
    "0.000523",
    "1",
    "12.3",
    "1\u202f234\u202f567",
  ]);
});
