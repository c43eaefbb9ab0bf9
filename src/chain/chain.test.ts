import { describe, expect, it } from "vitest";
import { asAddress, asKey, createManualClock, equalBytes, silentLogger, toHex } from "#base";
import { computeGenesis, engineFor, searchNonce } from "#consensus";
import { createBus, type NodeEvents } from "#events";
import { createLedger } from "#ledger";
import type { Block } from "#model";
import { chainIdOf } from "#spec";
import { createMemoryStore } from "#storage";
import { easySpec } from "../../test/support/forge.ts";
import { type Chain, openChain, sealBlock } from "./chain.ts";
import { DEFAULT_CHAIN_OPTIONS } from "./options.ts";

const spec = easySpec;
const chainId = chainIdOf(spec);
const me = { key: asKey(new Uint8Array(32)), reveal: () => null };

async function open(store = createMemoryStore(), options = {}) {
  const clock = createManualClock(spec.genesis.timeMs + 1_000_000);
  const events = createBus<NodeEvents>((error) => {
    throw error;
  });
  const chain = await openChain(
    { ...DEFAULT_CHAIN_OPTIONS, ...options },
    {
      spec,
      chainId,
      store,
      createLedger: () => createLedger(spec),
      prepare: async () => [],
      events,
      clock,
      log: silentLogger,
    },
  );
  return { chain, clock, events, store };
}

function mineOne(chain: Chain, byte: number): Block {
  const draft = chain.draft({ me, address: asAddress(new Uint8Array(20).fill(byte)) }, []);
  if (draft.kind !== "draft" || draft.block.job.kind !== "search") throw new Error("no draft");
  const { job } = draft.block;
  const nonce = searchNonce(job, { from: 0, count: 2 ** 24 });
  return sealBlock(draft.block, job.seal(nonce!));
}

async function mine(chain: Chain, count: number, byte: number): Promise<Block[]> {
  const blocks: Block[] = [];
  for (let i = 0; i < count; i++) {
    const block = mineOne(chain, byte);
    blocks.push(block);
    const [result] = await chain.import([{ block }]);
    expect(result?.kind).toBe("imported");
  }
  return blocks;
}

describe("chain", () => {
  it("starts with the genesis that the specification implies", async () => {
    const { chain } = await open();
    const genesis = computeGenesis({ spec, chainId, engine: engineFor(spec, chainId) }, createLedger(spec).root);
    expect(toHex(chain.head.id)).toBe(toHex(genesis.id));
    expect(chain.head.header.height).toBe(0);
  });

  it("knows no block above its head, whatever the height", async () => {
    const { chain } = await open();
    for (const height of [1, 2 ** 48 - 1, 2 ** 48, Number.MAX_SAFE_INTEGER, 1e16])
      expect(chain.blockAt(height)).toBeNull();
  });

  it("grows, and opens again at the same head with the same state", async () => {
    const { chain, store } = await open();
    await mine(chain, 40, 1);
    await chain.stop();
    const again = await open(store);
    expect(toHex(again.chain.head.id)).toBe(toHex(chain.head.id));
    await mine(again.chain, 3, 1);
    expect(again.chain.head.header.height).toBe(43);
  });

  it("opens again when it can undo fewer blocks than lie between two checkpoints", async () => {
    const { chain, store } = await open(createMemoryStore(), { undoBlocks: 4, checkpointBlocks: 32 });
    await mine(chain, 21, 1);
    const again = await open(store, { undoBlocks: 4, checkpointBlocks: 32 });
    expect(toHex(again.chain.head.id)).toBe(toHex(chain.head.id));
  });

  it("goes over to the heavier branch and tells it, newest reverted first", async () => {
    const a = await open();
    const b = await open();
    await mine(a.chain, 5, 1);
    const branch = await mine(b.chain, 7, 2);
    const moves: { reverted: number[]; applied: number[] }[] = [];
    a.events.on("head-changed", ({ reverted, applied }) =>
      moves.push({
        reverted: reverted.map((block) => block.header.height),
        applied: applied.map((block) => block.header.height),
      }),
    );
    const results = await a.chain.import(branch.map((block) => ({ block })));
    expect(results.every((result) => result.kind === "imported")).toBe(true);
    expect(equalBytes(a.chain.head.id, b.chain.head.id)).toBe(true);
    expect(moves).toEqual([{ reverted: [5, 4, 3, 2, 1], applied: [1, 2, 3, 4, 5, 6, 7] }]);
    expect(a.chain.supply()).toEqual(b.chain.supply());
  });

  it("holds a block of unknown parent and connects it when the parent comes", async () => {
    const a = await open();
    const b = await open();
    const [first, second] = await mine(b.chain, 2, 2);
    const [held] = await a.chain.import([{ block: second! }]);
    expect(held).toMatchObject({ kind: "waiting", why: "unknown-parent" });
    await a.chain.import([{ block: first! }]);
    await a.chain.stop();
    await a.chain.import([]);
    expect(a.chain.head.header.height).toBe(2);
  });

  it("is as before after a commit that failed, and goes on when the disk does", async () => {
    const store = createMemoryStore();
    const { chain } = await open(store);
    await mine(chain, 3, 1);
    const block = mineOne(chain, 1);
    store.failNext("disk-full");
    await expect(chain.import([{ block }])).rejects.toMatchObject({ code: "disk-full" });
    expect(chain.head.header.height).toBe(3);
    const [result] = await chain.import([{ block }]);
    expect(result?.kind).toBe("imported");
    expect(chain.head.header.height).toBe(4);
  });

  it("does not follow a branch deeper than it can undo until told", async () => {
    const a = await open(createMemoryStore(), { undoBlocks: 4 });
    const b = await open();
    await mine(a.chain, 8, 1);
    const branch = await mine(b.chain, 10, 2);
    await a.chain.import(branch.map((block) => ({ block })));
    expect(a.chain.head.header.height).toBe(8);
    expect(toHex(a.chain.deepBranch!)).toBe(toHex(b.chain.head.id));
    expect((await a.chain.acceptDeepBranch(a.chain.deepBranch!)).ok).toBe(true);
    expect(toHex(a.chain.head.id)).toBe(toHex(b.chain.head.id));
    expect(a.chain.deepBranch).toBeNull();
    const again = await open(a.store, { undoBlocks: 4 });
    expect(toHex(again.chain.head.id)).toBe(toHex(b.chain.head.id));
  });
});
