import { expect, test } from "vitest";
import { ApiError } from "#api/contract";
import { createTestTerminal } from "../testing/terminal.ts";
import { concludeStory } from "./conclude.ts";
import { createStory } from "./story.ts";

test("a story tells its chapters and checks, and succeeds only if all of them held", async () => {
  const lines: string[] = [];
  const story = createStory(async (line) => void lines.push(line), new AbortController().signal);
  await story.chapter("Fund");
  await story.check("balance", "5 coins", "5 coins");
  expect(lines).toEqual(["\n1. Fund  (0 s)", "   ✓ balance: 5 coins"]);
  const terminal = createTestTerminal();
  await concludeStory(terminal, {}, story);
  expect(terminal.output.out).toContain("All 1 check held.");

  await story.check("fee", "1 coin", "2 coins");
  expect(lines.at(-1)).toBe("   ✗ fee: 2 coins, not 1 coin");
  await expect(concludeStory(terminal, {}, story)).rejects.toMatchObject({ code: "demo-failed" });
  expect(terminal.output.out).toContain("1 of 2 checks did not hold:\n  fee: 2 coins, not 1 coin");
});

test("what does not come is said, and Ctrl-C ends the wait", async () => {
  const controller = new AbortController();
  const story = createStory(async () => {}, controller.signal);
  expect(await story.until("it", 1_000, async () => 7)).toBe(7);
  await expect(story.until("the bond", 1, async () => null)).rejects.toMatchObject({ code: "timeout" });
  const waiting = story.until("the bond", 60_000, async () => null);
  controller.abort();
  await expect(waiting).rejects.toThrow("aborted");
});

test("what a block has taken back is looked at until the next has it, and what stays wrong is said", async () => {
  const lines: string[] = [];
  const story = createStory(async (line) => void lines.push(line), new AbortController().signal);
  let looks = 0;
  const look = async () => {
    looks++;
    if (looks === 1) throw new ApiError(404, { code: "not-found", message: "no validator" });
    return { expected: "5 coins", found: looks === 2 ? "0 coins" : "5 coins" };
  };
  await story.settle("bonded", 60_000, look);
  expect([looks, story.checks.map(({ ok }) => ok)]).toEqual([3, [true]]);

  await story.settle("fee", 0, async () => ({ expected: "1 coin", found: "2 coins" }));
  expect(lines).toEqual(["   ✓ bonded: 5 coins", "   ✗ fee: 2 coins, not 1 coin"]);
  const wrong = new ApiError(400, { code: "bad-request", message: "no address" });
  await expect(story.settle("balance", 60_000, () => Promise.reject(wrong))).rejects.toBe(wrong);
});
