import { beforeEach, expect, test } from "vitest";
import { createManualClock } from "#base";
import { createBus, type NodeEvents } from "#events";
import { type ClockWatch, createClockWatch } from "./clock-watch.ts";

const clock = createManualClock(1_793_491_200_000);
let watch: ClockWatch;
let notices: string[];

beforeEach(() => {
  const events = createBus<NodeEvents>((error) => {
    throw error;
  });
  notices = [];
  events.on("notice", ({ code, active }) => notices.push(`${code} ${active}`));
  watch = createClockWatch(clock, events);
});

const hear = (peer: string, aheadMs: number) => watch.heard(peer, { timeMs: clock.nowMs() + aheadMs });

test("a clock that agrees with the others is no obstacle", () => {
  expect(watch.obstacle()).toBeNull();
  for (const [i, aheadMs] of [0, -9_000, 9_000].entries()) hear(`p${i}`, aheadMs);
  expect([watch.obstacle(), notices]).toEqual([null, []]);
});

test("one that is minutes behind or ahead is told in words, once, until it is set right", () => {
  hear("a", 180_000);
  hear("b", 181_000);
  expect(watch.obstacle()).toContain("180 seconds behind");
  hear("a", -240_000);
  hear("b", -240_000);
  expect(watch.obstacle()).toContain("240 seconds ahead of");
  expect(notices).toEqual(["clock-wrong true"]);
  hear("a", 0);
  hear("b", 0);
  expect([watch.obstacle(), notices]).toEqual([null, ["clock-wrong true", "clock-wrong false"]]);
});

test("one liar among honest peers changes nothing", () => {
  for (const peer of ["a", "b", "c"]) hear(peer, 20);
  hear("liar", 10 ** 9);
  expect(watch.obstacle()).toBeNull();
});

test("who has gone has no say any more", () => {
  hear("a", 60_000);
  watch.gone("a");
  expect([watch.obstacle(), notices]).toEqual([null, ["clock-wrong true", "clock-wrong false"]]);
});
