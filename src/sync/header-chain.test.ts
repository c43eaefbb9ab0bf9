import { beforeEach, describe, expect, it } from "vitest";
import { equalBytes } from "#base";
import { type Block, createEpochTable, type EpochTable, type Header } from "#model";
import { openTestChain, type TestChain } from "../../test/support/forge.ts";
import { createStakeLine } from "../../test/support/stake-line.ts";
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

describe("headers whose tables only the state can tell", () => {
  const EPOCH = 15;
  const line = createStakeLine([40n, 20n, 15n], { signers: 1 });
  const genesis = line.genesis();
  const chain = {
    engine: line.engine,
    block: (id: Uint8Array) =>
      equalBytes(id, genesis.id) ? ({ snapshot: genesis, status: "executed" } as never) : null,
    fence: () => null,
  };

  /** All slots of four epochs. @param table that the first block of epoch 1 makes for epoch 2 and those after */
  const headersOf = (table?: EpochTable): Header[] => {
    let head = genesis;
    return Array.from({ length: 4 * EPOCH - 1 }, (_, i) => {
      const { header } = line.seal(head, i + 1);
      head = line.extend(head, i + 1, i + 1 < EPOCH || table === undefined ? {} : { table });
      return header;
    });
  };
  const follow = (headers: readonly Header[]) => {
    const branch = startHeaderChain(chain, headers[0]!)!;
    const limits = { nowMs: headers.at(-1)!.timeMs, maxKept: 100 };
    return { result: extendHeaderChain(chain, branch, headers, limits), branch };
  };

  it("go on as far as those drawn are those that the known table says", () => {
    const { result, branch } = follow(headersOf());
    expect(result).toMatchObject({ ok: true });
    expect(branch).toMatchObject({ complete: false, snapshot: { height: 4 * EPOCH - 1 } });
    expect(branch.headers).toHaveLength(4 * EPOCH - 1);
  });

  it("end, blaming nobody, where another table is in force", () => {
    const stranger = line.signers[3]!.me.key;
    const { result, branch } = follow(headersOf(createEpochTable([{ key: stranger, weight: 1n }])));
    expect(result).toMatchObject({ ok: true });
    expect(branch).toMatchObject({ complete: true, snapshot: { height: 2 * EPOCH - 1 } });
    expect(branch.headers).toHaveLength(2 * EPOCH - 1);
  });
});
