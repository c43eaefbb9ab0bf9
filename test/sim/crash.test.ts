/** Kill -9 at every single commit of a reorganisation: before it, and right after it before anybody knew. */
import { describe, expect, it } from "vitest";
import { silentLogger, toHex } from "#base";
import { prepareKnownFor } from "#chain";
import { createTransactionRules } from "#ledger";
import { createJournal, DEFAULT_MEMPOOL_OPTIONS, Mempool } from "#mempool";
import type { Block, PreparedTransaction } from "#model";
import { createMemoryStore, type MemoryStore, type Store } from "#storage";
import { buildTransfer, devAccount } from "#wallet/core";
import { easyChainId, easySpec, openTestChain } from "../support/forge.ts";

const pay = (from: number, nonce: number): PreparedTransaction =>
  buildTransfer({
    chainId: easyChainId,
    seed: devAccount(from).seed,
    nonce,
    outputs: [{ to: devAccount(9).address, amountAtoms: 50_000n }],
  });

interface Node {
  readonly test: Awaited<ReturnType<typeof openTestChain>>;
  readonly pool: Mempool;
}

/** A node without a network. `journalBlocks` is small, so that blocks of the test lie deeper than the journal. */
async function open(store: Store): Promise<Node> {
  const test = await openTestChain({ store: store as MemoryStore, options: { checkpointBlocks: 3 } });
  const { chain, events, clock } = test;
  const rules = createTransactionRules(easySpec);
  const view = {
    minFeePerByteAtoms: 10n,
    account: (address: Parameters<typeof chain.account>[0]) => chain.account(address),
    refusal: () => null,
    costAtoms: (item: PreparedTransaction) => rules.cost(item, (to) => chain.account(to) !== null),
  };
  const options = { ...DEFAULT_MEMPOOL_OPTIONS, journalBlocks: 2 };
  const pool = new Mempool(options, { view, journal: createJournal(store), events, clock, log: silentLogger });
  pool.restore(prepareKnownFor(easyChainId), chain.orphanedTransactions());
  return { test, pool };
}

/** Passes commits on until one is the last: that one happens or not, and neither it nor a later one is ever answered. */
function dyingStore(base: MemoryStore, last: { at: number; happens: boolean }) {
  let commits = 0;
  const never = new Promise<void>(() => {});
  const store: Store = {
    ...base,
    async commit(batch) {
      commits++;
      if (commits < last.at) return base.commit(batch);
      if (commits === last.at && last.happens) await base.commit(batch);
      return never;
    },
  };
  return { store, died: () => commits >= last.at };
}

const turns = async (): Promise<void> => {
  for (let i = 0; i < 20; i++) await new Promise<void>((resolve) => setImmediate(resolve));
};

/** Some of ours, some of theirs, some on both sides; the last ones are pending. */
const ours = Array.from({ length: 8 }, (_, nonce) => pay(1, nonce));
const both = Array.from({ length: 3 }, (_, nonce) => pay(2, nonce));
const theirs = Array.from({ length: 4 }, (_, nonce) => pay(3, nonce));

async function mineOurs({ test, pool }: Node): Promise<void> {
  // Each by itself: one that stays in the journal keeps those written with it.
  for (const item of [...ours.slice(0, 6), ...both]) await pool.submit([item]);
  for (let i = 0; i < 6; i++) await test.mine(1, i === 0 ? [ours[0]!, both[0]!] : i < 4 ? [ours[i]!] : [], 1);
  await pool.submit(ours.slice(6));
  await turns();
}

async function otherBranch(): Promise<Block[]> {
  const other = await openTestChain();
  const blocks = await other.mine(1, [...both.slice(0, 2), ...theirs], 2);
  return [...blocks, ...(await other.mine(7, [], 2))];
}

describe("a node that dies in the middle of a reorganisation", () => {
  it("has, when it starts again, each acknowledged transfer once, and one of the two heads", async () => {
    const branch = await otherBranch();
    const heads = new Set<number>();
    for (let at = 1, done = false; !done; at++) {
      for (const happens of [false, true]) {
        const base = createMemoryStore();
        await mineOurs(await open(base));
        const dying = dyingStore(base, { at, happens });
        const node = await open(dying.store);
        void node.test.chain.import(branch.map((block) => ({ block }))).catch(() => {});
        await turns();
        done = !dying.died();
        const again = await open(base.crash());
        await turns();
        heads.add(again.test.chain.head.header.height);
        const where = `commit ${at} ${happens ? "happened" : "did not happen"}`;
        for (const item of [...ours, ...both]) {
          const included = again.test.chain.findTransaction(item.id) !== null;
          expect([where, toHex(item.id), included, again.pool.has(item.id)]).toEqual([
            where,
            toHex(item.id),
            included,
            !included,
          ]);
        }
        // It goes on from there, and once more after a second end.
        await again.test.give(...branch);
        await turns();
        const third = await open(again.test.store.crash());
        expect(third.test.chain.head.header.height).toBe(8);
        const pending = [...third.pool.select()];
        await third.test.mine(1, pending);
        for (const item of [...ours, ...both]) expect(third.test.chain.findTransaction(item.id)).not.toBeNull();
        expect(third.pool.count).toBe(0);
      }
      expect(at).toBeLessThan(20);
    }
    expect([...heads].sort()).toEqual([6, 8]);
  });
});
