import { expect, test } from "vitest";
import { formatDuration, formatPpm } from "./words.ts";

test.each([
  [0, "0 %"],
  [333_333, "33.3 %"],
  [999_400, "99.9 %"],
  [1_000_000, "100 %"],
])("%i millionths are %s", (ppm, text) => expect(formatPpm(ppm)).toBe(text));

test.each([
  [-5, "0 s"],
  [12_400, "12 s"],
  [3_600_000, "1 h"],
  [3_860_000, "1 h 4 min"],
  [90_061_000, "1 d 1 h"],
])("%i ms are %s", (ms, text) => expect(formatDuration(ms)).toBe(text));
