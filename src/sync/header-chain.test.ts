import { beforeEach, describe, expect, it } from "vitest";
import type { Block } from "#model";
import { openTestChain, type TestChain } from "../../test/support/forge.ts";
import { extendHeaderChain, startHeaderChain } from "./header-chain.ts";

let ours: TestChain;
let blocks: Block[];

beforeEach(async () => {
  ours = await openTestChain();
  const theirs = await openTestChain();
  blocks = await theirs.mine(6);
});

const limits = (): { nowMs: number; maxKept: number } => ({ nowMs: ours.clock.nowMs(), maxKept: 100 });
const headers = () => blocks.map(({ header }) => header);

describe("a chain of headers", () => {
  it("starts where it leaves ours, and weighs what its work does", () => {
    const branch = startHeaderChain(ours.chain, headers()[0]!)!;
    expect(extendHeaderChain(ours.chain, branch, headers(), limits())).toMatchObject({ ok: true });
    expect(branch.headers).toHaveLength(6);
    expect(branch.snapshot.height).toBe(6);
    expect(branch.snapshot.weight).toBeGreaterThan(ours.chain.head.snapshot.weight);
  });

  it("does not start in the air", () => {
    expect(startHeaderChain(ours.chain, headers()[3]!)).toBeNull();
  });

  it("with a hole is refused at the hole", () => {
    const branch = startHeaderChain(ours.chain, headers()[0]!)!;
    const result = extendHeaderChain(ours.chain, branch, [headers()[0]!, headers()[2]!], limits());
    expect(result).toMatchObject({ ok: false, error: { code: "headers-not-linked", blame: "sender" } });
    expect(branch.headers).toHaveLength(1);
  });

  it("ends, blaming nobody, before a header from the future", () => {
    const branch = startHeaderChain(ours.chain, headers()[0]!)!;
    const early = { ...limits(), nowMs: headers()[0]!.timeMs - 10_000_000 };
    expect(extendHeaderChain(ours.chain, branch, headers(), early)).toMatchObject({ ok: true });
    expect(branch).toMatchObject({ headers: [], complete: true });
  });
});
