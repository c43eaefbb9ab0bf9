import { beforeEach, describe, expect, it } from "vitest";
import { createManualClock } from "#base";
import type { Block } from "#model";
import { easySpec, openTestChain, type TestChain } from "../../test/support/forge.ts";
import { startHeaderPath } from "./header-path.ts";

let theirs: TestChain;
let blocks: Block[];

beforeEach(async () => {
  theirs = await openTestChain();
  blocks = await theirs.mine(6);
});

const headers = (from: number, to: number) => blocks.slice(from, to).map(({ header }) => header);

async function ours(height = 5) {
  const id = theirs.chain.blockAt(height)!.id;
  return openTestChain({ checkpoint: { height, id }, clock: createManualClock(easySpec.genesis.timeMs + 1_000_000) });
}

describe("the way to the checkpoint", () => {
  it("is learned from headers in any portions, and only then lets its blocks in", async () => {
    const { chain, give } = await ours();
    expect(await give(blocks[0]!)).toBe("checkpoint-pending");
    const path = startHeaderPath(chain);
    expect(path.add(headers(0, 2))).toBeNull();
    expect(path.complete).toBe(false);
    expect(path.locator()).toEqual([theirs.chain.blockAt(2)!.id]);
    expect(path.add(headers(2, 6))).toBeNull();
    expect([path.complete, chain.trusted.missing]).toEqual([true, false]);
    expect(await give(...blocks)).toBe("imported");
    expect(chain.finalized).toEqual({ height: 5, id: theirs.chain.blockAt(5)!.id });
  });

  it("is not shown by a peer that does not have it, has another block there, or jumps", async () => {
    const { chain } = await ours();
    expect(startHeaderPath(chain).add([])).toMatchObject({ code: "checkpoint-unknown", blame: "nobody" });
    const jump = startHeaderPath(chain);
    expect(jump.add([...headers(0, 1), ...headers(2, 3)])).toMatchObject({
      code: "headers-not-linked",
      blame: "sender",
    });
    expect(startHeaderPath(chain).add(headers(1, 2))).toMatchObject({ code: "headers-not-linked" });
    const other = await openTestChain({ checkpoint: { height: 5, id: theirs.chain.blockAt(4)!.id } });
    expect(startHeaderPath(other.chain).add(headers(0, 6))).toMatchObject({
      code: "checkpoint-contradicted",
      blame: "nobody",
    });
    expect(other.chain.trusted.missing).toBe(true);
  });
});
