import { expect, it } from "vitest";
import type { DevnetNode } from "#api/contract";
import { createManualClock } from "#base";
import { agreementOf, findAgreement } from "./agreement.ts";

const node = (
  name: string,
  height: number | null,
  hash: string,
  state: DevnetNode["state"] = "running",
): DevnetNode => ({
  ...{ name, state, pid: 1, api: "", p2p: "", peerId: null, peers: 0, peerIds: [] },
  head: height === null ? null : { height, hash },
});

it("asks of running nodes one head above genesis, and of others nothing", () => {
  const same = [node("a", 3, "x"), node("b", 3, "x"), node("c", 1, "y", "stopped"), node("d", null, "", "crashed")];
  expect(agreementOf(same)).toEqual({
    heads: [
      { name: "a", height: 3, hash: "x" },
      { name: "b", height: 3, hash: "x" },
    ],
    equal: true,
  });
  expect(agreementOf([node("a", 3, "x"), node("b", 3, "y")]).equal).toBe(false);
  expect(agreementOf([node("a", 3, "x"), node("b", null, "")]).equal).toBe(false);
  expect(agreementOf([node("a", 0, "x"), node("b", 0, "x")]).equal).toBe(false);
  expect(agreementOf([]).equal).toBe(false);
});

it("waits until the next block ends a fork, and for half a minute at most", async () => {
  const clock = createManualClock(0);
  const sides = [node("a", 3, "x"), node("b", 3, "y")];
  const one = [node("a", 4, "z"), node("b", 4, "z")];
  const soon = findAgreement(async () => (clock.nowMs() < 25_000 ? sides : one), clock);
  const never = findAgreement(async () => sides, clock);
  let isOver = false;
  void never.then(() => {
    isOver = true;
  });
  for (; !isOver && clock.nowMs() < 60_000; await Promise.resolve()) {
    const dueMs = clock.nextDueMs();
    if (dueMs !== null) clock.runTo(dueMs);
  }
  expect(clock.nowMs()).toBe(30_000);
  expect((await soon).equal).toBe(true);
  expect(await never).toMatchObject({ equal: false, heads: [{ hash: "x" }, { hash: "y" }] });
});
