import { expect, test } from "vitest";
import { DEFAULT_STRATUM_OPTIONS } from "#stratum";
import { stratumOptions } from "./stratum-options.ts";

const GIVEN = {
  ...{ host: "127.0.0.1", port: 0, tls: null, startDifficulty: null },
  ...{ shareMs: null, maxConnections: null, maxConnectionsPerHost: null },
};
const boundsOf = (startDifficulty: number | null, blockDifficulty: number | null) => {
  const options = stratumOptions({ ...GIVEN, startDifficulty }, DEFAULT_STRATUM_OPTIONS, blockDifficulty);
  return [options.startDifficulty, options.minDifficulty];
};

test("an unknown worker begins at a thirty-second of a block, and at the preset where that is less or nothing is known", () => {
  const { startDifficulty, minDifficulty } = DEFAULT_STRATUM_OPTIONS;
  expect(boundsOf(null, null)).toEqual([startDifficulty, minDifficulty]);
  expect(boundsOf(null, 1_000)).toEqual([startDifficulty, minDifficulty]);
  expect(boundsOf(null, startDifficulty)).toEqual([startDifficulty / 32, minDifficulty]);
});

test("where that is below the lowest difficulty, it is the lowest, and so is what the operator says", () => {
  expect(boundsOf(null, 2 ** -18)).toEqual([2 ** -23, 2 ** -23]);
  expect(boundsOf(null, 2 ** -30)).toEqual([2 ** -31, 2 ** -31]);
  expect(boundsOf(2 ** -20, 1_000)).toEqual([2 ** -20, 2 ** -20]);
  expect(boundsOf(4, 2 ** -18)).toEqual([4, DEFAULT_STRATUM_OPTIONS.minDifficulty]);
});
