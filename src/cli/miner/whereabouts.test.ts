import { expect, test } from "vitest";
import { createWhereabouts } from "./whereabouts.ts";

const POOL = { host: "pool.example", port: 3333, isTls: false };
const NAMED = "stratum+tcp://pool.example:3333";
const OTHER = "stratum+tcp://b.pool.example:3333";

test("a miner is where its pool has moved it, until it looks again where it was told to", () => {
  const { take, place } = createWhereabouts(POOL);
  expect(place()).toBe(NAMED);
  take({ kind: "working", pool: NAMED });
  take({ kind: "moved", pool: OTHER, waitMs: 0 });
  take({ kind: "words", words: "welcome" });
  expect(place()).toBe(OTHER);
  take({ kind: "lost", why: "the connection was cut", retryMs: 1 });
  expect(place()).toBe(OTHER);
  take({ kind: "connecting", pool: NAMED });
  expect(place()).toBe(NAMED);
});

test("without work at any time there is an error that says why", () => {
  const { take, assertHadWork } = createWhereabouts(POOL);
  expect(assertHadWork).toThrow(`nothing was mined at ${NAMED}: the pool gave no work`);
  take({ kind: "lost", why: "nobody listens there", retryMs: 1 });
  expect(assertHadWork).toThrow(`nothing was mined at ${NAMED}: nobody listens there`);
  take({ kind: "working", pool: NAMED });
  expect(assertHadWork).not.toThrow();
});
