import { describe, expect, test } from "vitest";
import { toHex } from "#base";
import type { PreparedTransaction } from "#model";
import { createMemoryStore, keys, remove, type Write } from "#storage";
import { buildRecord, buildTransfer, devAccount } from "#wallet/core";
import { easyChainId, openTestChain } from "../../test/support/forge.ts";
import type { BlockEntry } from "./entry.ts";
import { TransactionIndex } from "./transaction-index.ts";

const signing = (nonce: number) => ({ chainId: easyChainId, seed: devAccount(1).seed, nonce });
const record = (nonce: number): PreparedTransaction =>
  buildRecord({ ...signing(nonce), record: { mediaType: 1, data: new Uint8Array(20).fill(nonce) } });
const pay = (nonce: number): PreparedTransaction =>
  buildTransfer({ ...signing(nonce), outputs: [{ to: devAccount(9).address, amountAtoms: 100_000n }] });

describe("records on the chain", () => {
  test("are found newest first, page by page, also after a start", async () => {
    const { chain, mine, store } = await openTestChain();
    const items = [record(0), pay(1), record(2), record(3), pay(4), record(5)];
    await mine(1, items.slice(0, 4));
    await mine(2, items.slice(4));
    const idsOf = (of: typeof chain, page: Parameters<typeof chain.records>[0]): string[] =>
      of.records(page).map(({ block, position }) => toHex(of.transactions(block)[position]!.id));
    const all = [5, 3, 2, 0].map((i) => toHex(items[i]!.id));
    expect(idsOf(chain, { limit: 10 })).toEqual(all);
    const [, second] = chain.records({ limit: 2 });
    expect(idsOf(chain, { limit: 10, before: second! })).toEqual(all.slice(2));
    expect(idsOf(chain, { limit: 10, before: { block: chain.blockAt(1)!, position: 1e9 } })).toEqual(all.slice(1));
    await chain.stop();
    const again = await openTestChain({ store: store.reopen() });
    expect(idsOf(again.chain, { limit: 10 })).toEqual(all);
  });

  test("are those of the chain's own branch", async () => {
    const [a, b] = [await openTestChain(), await openTestChain()];
    await a.mine(2, [record(0)]);
    const branch = await b.mine(3, [pay(0), record(1)], 2);
    expect(a.chain.records({ limit: 9 }).map(({ position }) => position)).toEqual([0]);
    await a.give(...branch);
    expect(a.chain.records({ limit: 9 }).map(({ block, position }) => [block.header.height, position])).toEqual([
      [1, 1],
    ]);
  });
});

/** Blocks by number, which tell what was read of them. */
function blocksOf(lists: readonly (readonly PreparedTransaction[])[]) {
  const read: number[] = [];
  const entries = lists.map((_, seq) => ({ seq }) as BlockEntry);
  return {
    read,
    bySeq: (seq: number) => entries[seq] ?? null,
    transactions(entry: BlockEntry) {
      read.push(entry.seq);
      return lists[entry.seq]!;
    },
  };
}

describe("the index of records on disk", () => {
  const lists = [[record(0), pay(1)], [pay(2)], [pay(3), record(4)], [record(5)]];
  const flush = { flushEntries: 4 };
  const own = { gte: keys.segment(2, 0, 0), lt: keys.segment(3, 0, 0) };

  async function filled() {
    const store = createMemoryStore();
    const index = new TransactionIndex(store, blocksOf(lists), flush);
    for (const [seq, list] of lists.entries()) {
      index.add(seq, list);
      const batch: Write[] = [];
      index.flushInto(batch);
      await store.commit(batch);
    }
    return store;
  }
  async function recovered(store: Awaited<ReturnType<typeof filled>>) {
    const blocks = blocksOf(lists);
    const index = new TransactionIndex(store, blocks, flush);
    await index.recover(lists.length);
    const read = [...new Set(blocks.read)].sort();
    const found = index.records({ limit: 9 }, () => true);
    return { read, places: found.map(({ block, position }) => [block.seq, position]) };
  }
  const places = [
    [3, 0],
    [2, 1],
    [0, 0],
  ];

  test("goes to disk with the others, so that a start reads no more blocks for it", async () => {
    expect(await recovered(await filled())).toEqual({ read: [3], places });
  });

  test("is made from the blocks, once, where the data are older than it", async () => {
    const store = await filled();
    const written = [...store.range(own)];
    expect(written.length).toBeGreaterThan(0);
    await store.commit(written.map(([key]) => remove(key)));
    expect(await recovered(store)).toEqual({ read: [0, 1, 2, 3], places });
    expect([...store.range(own)].length).toBe(1);
    expect((await recovered(store)).read).not.toContain(0);
  });
});
