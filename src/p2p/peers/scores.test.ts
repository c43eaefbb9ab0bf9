import { expect, it } from "vitest";
import { blameNobody, blameSender, createManualClock } from "#base";
import { createScores } from "./scores.ts";

const HOUR_MS = 3_600_000;

it("counts what the sender is to blame for, and forgets it with time", () => {
  const clock = createManualClock(0);
  const scores = createScores({ clock }, []);
  expect(scores.report("a", blameNobody("any"), null)).toBe(false);
  expect(scores.score("a")).toBe(0);
  scores.report("a", blameSender("any"), null);
  scores.report("a", blameSender("too-many-requests"), null);
  expect(scores.score("a")).toBe(-25);
  clock.runTo(HOUR_MS / 6);
  expect(scores.score("a")).toBe(-12);
  expect(scores.score("b")).toBe(0);
});

it("bans peer and host at a hundred points, until the ban ends, twice as long the next time", () => {
  const clock = createManualClock(0);
  const scores = createScores({ clock }, []);
  const earn = (): boolean[] => [1, 2, 3].map(() => scores.report("a", blameSender("request-too-long"), "8.8.8.8"));
  expect(earn()).toEqual([false, false, true]);
  expect([scores.banned("a", null), scores.banned("b", "8.8.8.8"), scores.banned("b", "8.8.4.4")]).toEqual([
    true,
    true,
    false,
  ]);
  expect(scores.bans()).toEqual([
    { peer: "a", host: null, untilMs: HOUR_MS, why: "request-too-long", times: 1 },
    { peer: null, host: "8.8.8.8", untilMs: HOUR_MS, why: "request-too-long", times: 1 },
  ]);
  clock.runTo(HOUR_MS);
  expect([scores.banned("a", "8.8.8.8"), scores.bans(), scores.score("a")]).toEqual([false, [], 0]);
  earn();
  expect(scores.bans()[0]!.untilMs).toBe(3 * HOUR_MS);
});

it("keeps bans over a restart", () => {
  const clock = createManualClock(0);
  const before = createScores({ clock }, []);
  before.ban("a", null, "lied");
  const after = createScores({ clock }, before.export());
  expect(after.banned("a", null)).toBe(true);
  after.unban("a", null);
  expect(after.banned("a", null)).toBe(false);
});

it("bounds what strangers can make it remember", () => {
  const scores = createScores({ clock: createManualClock(0) }, []);
  for (let i = 0; i < 5000; i++) scores.report(`p${i}`, blameSender("any"), null, 100);
  expect(scores.bans()).toHaveLength(1024);
});
