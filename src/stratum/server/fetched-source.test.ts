import { beforeEach, describe, expect, test } from "vitest";
import { createManualClock, type ManualClock, silentLogger } from "#base";
import type { BlockResult } from "../share.ts";
import { createFetchedSource, type FetchedSource } from "./fetched-source.ts";
import { createStubSource, HARD_TARGET, testHash } from "./testing/stub-source.ts";
import type { WorkState, WorkTemplate } from "./work-source.ts";

const START_MS = 1_800_000_000_000;
const SEAL = { version: 0, timeS: 0, nonce: 0, extranonce: new Uint8Array(16) };

let clock: ManualClock;
let source: FetchedSource;
let states: string[];
let asked: number;
let answer: () => Promise<WorkTemplate>;
let submit: () => Promise<BlockResult>;

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const pass = async (ms: number): Promise<void> => {
  clock.runTo(clock.nowMs() + ms);
  await settle();
};
const describeState = (state: WorkState): string =>
  state.kind === "work" ? `height ${state.template.height}` : state.why;

beforeEach(() => {
  clock = createManualClock(START_MS);
  const stub = createStubSource(HARD_TARGET, START_MS);
  let height = 0;
  asked = 0;
  states = [];
  answer = async () => stub.newHead({ height: ++height });
  submit = async () => ({ accepted: true });
  const feed = {
    template: () => {
      asked++;
      return answer();
    },
    submit: () => submit(),
  };
  source = createFetchedSource({ periodMs: 5_000, retryMs: 500 }, { feed, clock, log: silentLogger });
  source.onChange((state) => states.push(describeState(state)));
});

describe("work from a node that is asked", () => {
  test("comes at once, then regularly, and at once when the head moves", async () => {
    expect(describeState(source.state())).toMatch(/not been asked/);
    source.start();
    await settle();
    await pass(5_000);
    source.refresh();
    await settle();
    await pass(4_999);
    expect(states).toEqual(["height 1", "height 2", "height 3"]);
    source.stop();
    await pass(60_000);
    expect(asked).toBe(3);
  });

  test("is asked for once more when the head moved while it was on its way", async () => {
    let give: (template: Promise<WorkTemplate>) => void = () => {};
    const fresh = answer;
    answer = () => new Promise((resolve) => (give = resolve as typeof give));
    source.start();
    source.refresh();
    source.refresh();
    expect(asked).toBe(1);
    give(fresh());
    await settle();
    answer = fresh;
    await pass(0);
    expect(states).toEqual(["height 1", "height 2"]);
  });

  test("is not asked for again when it is on the head that was told", async () => {
    source.start();
    await settle();
    const state = source.state();
    if (state.kind !== "work") throw new Error(state.why);
    const first = state.template.parent;
    source.refresh(first);
    await settle();
    expect(asked).toBe(1);
    // Told while it is asked, of which the answer knows already.
    const next = createStubSource(HARD_TARGET, START_MS).newHead({ height: 9, parent: testHash("next") });
    let give: (template: WorkTemplate) => void = () => {};
    answer = () => new Promise((resolve) => (give = resolve));
    source.refresh();
    source.refresh(next.parent);
    give(next);
    await settle();
    await pass(0);
    expect(asked).toBe(2);
    // Another one is.
    source.refresh(first);
    expect(asked).toBe(3);
  });

  test("ends after three failures in a row, and goes on by itself", async () => {
    source.start();
    await settle();
    const well = answer;
    answer = () => Promise.reject(new Error("connection refused"));
    await pass(5_000);
    await pass(500);
    expect(states).toEqual(["height 1"]);
    await pass(500);
    await pass(500);
    expect(states).toEqual(["height 1", "connection refused"]);
    answer = well;
    await pass(500);
    expect(states).toEqual(["height 1", "connection refused", "height 2"]);
  });
});

describe("a found block", () => {
  test("is given to the node until it is taken", async () => {
    source.start();
    await settle();
    const state = source.state();
    if (state.kind !== "work") throw new Error(state.why);
    let tries = 0;
    submit = () => (++tries < 3 ? Promise.reject(new Error("connection reset")) : Promise.resolve({ accepted: true }));
    const result = source.submit(state.template, SEAL);
    for (let i = 0; i < 2; i++) {
      await settle();
      await pass(500);
    }
    expect(await result).toEqual({ accepted: true });
    await settle();
    expect(states).toEqual(["height 1", "height 2"]);
  });

  test("is kept while the node is away, as long as it may fit", async () => {
    source.start();
    await settle();
    const state = source.state();
    if (state.kind !== "work") throw new Error(state.why);
    const template = { ...state.template, expiresMs: START_MS + 120_000 };
    let tries = 0;
    let isBack = false;
    submit = async () => {
      tries++;
      if (!isBack) throw new Error("connection refused");
      return { accepted: true };
    };
    const result = source.submit(template, SEAL);
    await settle();
    for (let i = 0; i < 100; i++) await pass(1_000);
    isBack = true;
    await pass(500);
    expect(await result).toEqual({ accepted: true });
    expect(tries).toBeGreaterThan(100);
    isBack = false;
    const lost = expect(source.submit(template, SEAL)).rejects.toThrow("connection refused");
    await settle();
    for (let i = 0; i < 20; i++) await pass(1_000);
    await lost;
    const stopped = expect(source.submit(state.template, SEAL)).rejects.toThrow("connection refused");
    await settle();
    source.stop();
    await pass(500);
    await stopped;
  });
});
