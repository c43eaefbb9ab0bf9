import { describe, expect, test } from "vitest";
import type { BlockSummary, ChainEvent, LiveEvent } from "#api/contract";
import { applyChainEvents, deepestRevert, extendFeed, newsOfChain, newsOfLive, RECENT_BLOCKS } from "./live-state.ts";

function block(height: number, branch = "a", parentBranch = branch): BlockSummary {
  return {
    height,
    hash: `${branch}${height}`,
    parent: `${parentBranch}${height - 1}`,
    timeMs: height * 1000,
    proposer: "tagon1",
    transactionCount: 0,
    sizeBytes: 182,
    fees: "0",
    reward: "0",
  };
}
const applied = (summary: BlockSummary): ChainEvent => ({
  type: "block-applied",
  cursor: `${summary.height}:${summary.hash}`,
  block: summary,
});
const reverted = (summary: BlockSummary): ChainEvent => ({
  type: "block-reverted",
  cursor: `${summary.height - 1}:${summary.parent}`,
  block: summary,
});
const heads = (blocks: readonly BlockSummary[] | null): readonly string[] | undefined =>
  blocks?.map(({ hash }) => hash);

describe("recent blocks", () => {
  const recent = [block(2), block(1), block(0)];

  test("grow at the head, once for each block", () => {
    expect(heads(applyChainEvents(recent, [applied(block(3)), applied(block(3)), applied(block(4))]))).toEqual([
      "a4",
      "a3",
      "a2",
      "a1",
      "a0",
    ]);
  });

  test("follow a reorganisation", () => {
    const events = [reverted(block(2)), applied(block(2, "b", "a")), applied(block(3, "b"))];
    expect(heads(applyChainEvents(recent, events))).toEqual(["b3", "b2", "a1", "a0"]);
  });

  test("are unknown after a gap, a foreign revert, or a reset", () => {
    expect(applyChainEvents(recent, [applied(block(5))])).toBeNull();
    expect(applyChainEvents(recent, [reverted(block(2, "x"))])).toBeNull();
    const head = { height: 9, hash: "a9" };
    expect(applyChainEvents(recent, [{ type: "reset", cursor: "9:a9", head, message: "" }])).toBeNull();
  });

  test("are bounded", () => {
    const many = Array.from({ length: 300 }, (_, i) => applied(block(3 + i)));
    expect(applyChainEvents(recent, many)).toHaveLength(RECENT_BLOCKS);
  });
});

describe("news", () => {
  test("a run of reverts is one sentence, before the first block of the new branch", () => {
    const events = [reverted(block(3)), reverted(block(2)), applied(block(2, "b", "a")), applied(block(3, "b"))];
    expect(newsOfChain(events).map(({ kind }) => kind)).toEqual(["reorganised", "block", "block"]);
    expect(newsOfChain(events)[0]).toMatchObject({ blocks: 2, height: 2 });
    expect(deepestRevert(events)).toBe(2);
  });

  test("transactions that keep coming are counted in one line", () => {
    const added = (id: string) => ({ type: "transaction-added", transaction: { id } }) as LiveEvent;
    const first = extendFeed([], newsOfLive([added("1"), added("2")]), 10);
    const second = extendFeed(first, newsOfLive([added("3")]), 20);
    expect(second).toEqual([{ kind: "transactions", id: 1, atMs: 20, count: 3, lastId: "3" }]);
    const third = extendFeed(second, newsOfChain([applied(block(1))]), 30);
    expect(third.map(({ kind, id }) => [kind, id])).toEqual([
      ["block", 2],
      ["transactions", 1],
    ]);
  });
});
