import { expect, test } from "vitest";
import { asHash } from "#base";
import { createNonceRanges } from "./nonce-ranges.ts";
import { createPartsJob } from "./work-parts.ts";

const job = createPartsJob(
  {
    ...{ version: 0x20000000, parent: asHash(new Uint8Array(32)), minTimeS: 1, bits: 0x1f040000 },
    ...{ coinbaseHead: new Uint8Array(85), coinbaseTail: new Uint8Array(19) },
  },
  (round) => new Uint8Array(16).fill(round),
);

test("every nonce once, then another round of the job", () => {
  const take = createNonceRanges(job);
  expect(take(1_000)).toEqual({ work: job, from: 0, count: 1_000 });
  expect(take(2 ** 31)).toMatchObject({ from: 1_000, count: 2 ** 31 });
  const last = take(2 ** 32);
  expect(last).toMatchObject({ work: job, from: 2 ** 31 + 1_000, count: 2 ** 31 - 1_000 });
  const rolled = take(7);
  expect(rolled).toMatchObject({ from: 0, count: 7 });
  expect(rolled.work.preimage).toEqual(job.roll(1).preimage);
  expect(rolled.work.preimage).not.toEqual(job.preimage);
  expect(rolled.work.seal(5).at(-1)).toBe(1);
});
