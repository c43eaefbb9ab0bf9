import { expect, it } from "vitest";
import { createRateMeter } from "./rate-meter.ts";

it("tells the rate from the start, over the last seconds, and of rest", () => {
  let nowMs = 1_000_000;
  const meter = createRateMeter(() => nowMs, 5_000);
  expect(meter.perSecond()).toBe(0);
  meter.add(50);
  expect(meter.perSecond()).toBe(100);
  for (let i = 0; i < 20; i++) {
    nowMs += 100;
    meter.add(100);
  }
  expect(meter.perSecond()).toBe(1_025);
  for (let i = 0; i < 100; i++) {
    nowMs += 100;
    meter.add(50);
  }
  expect(meter.perSecond()).toBe(510);
  nowMs += 2_500;
  expect(meter.perSecond()).toBe(260);
  nowMs += 5_000;
  expect(meter.perSecond()).toBe(0);
});
