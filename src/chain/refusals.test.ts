import { beforeEach, describe, expect, it } from "vitest";
import { asHash, equalBytes, toHex } from "#base";
import type { Block, Header, PreparedTransaction } from "#model";
import { createMemoryStore } from "#storage";
import { buildTransfer, devAccount } from "#wallet/core";
import {
  easyChainId,
  easySpec,
  type Forgery,
  forgeBlock,
  forgeBlocks,
  forgeBranch,
  minerOf,
  openTestChain,
  type TestChain,
} from "../../test/support/forge.ts";

let world: TestChain;
beforeEach(async () => {
  world = await openTestChain();
  await world.mine(3);
});

function pay(from: number, nonce: number, amountAtoms = 100_000n): PreparedTransaction {
  const outputs = [{ to: devAccount(9).address, amountAtoms }];
  return buildTransfer({ chainId: easyChainId, seed: devAccount(from).seed, nonce, outputs });
}

const tampered = (item: PreparedTransaction): Uint8Array => {
  const bytes = item.bytes.slice();
  bytes[60]! ^= 1;
  return bytes;
};
const zero = asHash(new Uint8Array(32));
const atMs = (change: (nowMs: number) => number) => (world: TestChain) => ({
  change: { timeMs: change(world.clock.nowMs()) },
});

/** What is wrong, the answer, and the answer to the same again. */
const table: readonly (readonly [string, string, string, (world: TestChain) => Forgery])[] = [
  ["a body root of something else", "body-root", "body-root", () => ({ change: { bodyRoot: zero } })],
  ["a wrong state root", "state-root", "block-known-invalid", () => ({ change: { stateRoot: zero } })],
  ["work on another header", "pow-hash", "pow-hash", () => ({ change: { height: 4 }, keepSeal: true })],
  ["a height that does not follow", "header-height", "header-height", () => ({ change: { height: 9 } })],
  ["the height of the genesis", "header-height", "header-height", () => ({ change: { height: 0 } })],
  ["a time before the median", "header-time", "header-time", atMs(() => easySpec.genesis.timeMs)],
  ["a time too far ahead", "waiting", "waiting", atMs((nowMs) => nowMs + 60_000)],
  [
    "an unknown parent",
    "waiting",
    "waiting",
    () => ({ change: { parent: asHash(new Uint8Array(32).fill(9)), height: 9 } }),
  ],
  [
    "a false signature",
    "block-transaction-invalid",
    "block-known-invalid",
    () => ({ body: { transactions: [pay(1, 0).bytes, tampered(pay(2, 0))], votes: [] } }),
  ],
  [
    "bytes that are no transaction",
    "block-transaction-invalid",
    "block-known-invalid",
    () => ({ body: { transactions: [new Uint8Array(10)], votes: [] } }),
  ],
  [
    "one transaction too many of a nonce",
    "block-invalid",
    "block-known-invalid",
    () => ({ transactions: [pay(1, 0), pay(2, 0), pay(1, 0)] }),
  ],
  ["a nonce of the future", "block-invalid", "block-known-invalid", () => ({ transactions: [pay(1, 1)] })],
  ["overspending", "block-invalid", "block-known-invalid", () => ({ transactions: [pay(1, 0, 10n ** 16n)] })],
  ["an output of dust", "block-invalid", "block-known-invalid", () => ({ transactions: [pay(1, 0, 1n)] })],
];

describe("the import line refuses", () => {
  it.each(table)("a block with %s: %s", async (_what, code, again, wrong) => {
    const { chain } = world;
    const [head, root] = [toHex(chain.head.id), toHex(chain.head.header.stateRoot)];
    const forged = forgeBlock(chain, wrong(world));
    expect(await world.give(forged)).toBe(code);
    expect(await world.give(forged)).toBe(again);
    expect([toHex(chain.head.id), toHex(chain.head.header.stateRoot)]).toEqual([head, root]);
    // Nothing is left of it: the next honest block has the state it would have had.
    await world.mine(2, [pay(3, 0)]);
    expect(chain.findTransaction(pay(3, 0).id)).not.toBeNull();
    expect(chain.account(devAccount(9).address)!.balanceAtoms).toBe(100_000_000_000_000n + 100_000n);
  });

  it("names the transaction that makes a block invalid", async () => {
    const block = forgeBlock(world.chain, { transactions: [pay(1, 0), pay(2, 7)] });
    const [result] = await world.chain.import([{ block }]);
    expect(result).toEqual({
      kind: "refused",
      fault: { code: "block-invalid", blame: "sender", detail: expect.objectContaining({ index: 1 }) },
    });
  });

  it("children of what it refused", async () => {
    const { chain } = world;
    const bad = forgeBlock(chain, { change: { stateRoot: zero } });
    await world.give(bad);
    const parsed = chain.engine.parse(bad.header);
    if (!parsed.ok) throw new Error(parsed.error.code);
    const [child] = forgeBranch(chain, { ...bad.header, id: parsed.value.id }, 1);
    expect(await world.give(child!)).toBe("parent-invalid");
  });

  it("a block above the limits of its chain, before anything is hashed", async () => {
    const limits = { maxBlockBytes: 32_768, maxBlockTransactions: 2 };
    const small = await openTestChain({ spec: { ...easySpec, limits } });
    const { chain, give } = small;
    const many = { transactions: [1, 2, 3].map(() => new Uint8Array(200)), votes: [] };
    expect(await give(forgeBlock(chain, { body: many }))).toBe("block-too-many-transactions");
    const large = { transactions: [new Uint8Array(40_000)], votes: [] };
    expect(await give(forgeBlock(chain, { body: large }))).toBe("block-too-large");
    await small.mine(1);
  });

  it("a header of another chain", async () => {
    const other = await openTestChain({ spec: { ...easySpec, name: "other" } });
    const [block] = await other.mine(1);
    expect(["pow-hash", "waiting"]).toContain(await world.give(block!));
    expect(world.chain.head.header.height).toBe(3);
  });
});

describe("a branch with an invalid block in the middle", () => {
  it("is left, and all of it is marked", async () => {
    const { chain, give } = world;
    const head = toHex(chain.head.id);
    const genesis = { ...chain.blockAt(0)!.header, id: chain.genesisId };
    // Their states were never computed: the first is invalid, which shows when the branch outweighs the head.
    const branch = forgeBranch(chain, genesis, 6);
    const results = await chain.import(branch.map((block) => ({ block })));
    expect(results.slice(0, 3).map((result) => result.kind)).toEqual(["stored", "stored", "stored"]);
    expect(results.slice(3)).toMatchObject([
      { kind: "refused", fault: { code: "state-root" } },
      { kind: "refused", fault: { code: "parent-invalid" } },
      { kind: "refused", fault: { code: "parent-invalid" } },
    ]);
    expect(toHex(chain.head.id)).toBe(head);
    for (const block of branch.slice(0, 4)) expect(await give(block)).toBe("block-known-invalid");
    await world.mine(1);
  });
});

describe("blocks that cannot be placed yet", () => {
  const placeOf = (no: number): Partial<Header> => ({
    height: 1_000 + no,
    parent: asHash(new Uint8Array(32).fill(no % 256)),
  });

  it("are held up to their number, whatever comes: 10,000 orphans", async () => {
    for (let at = 0; at < 10_000; at += 1_000) {
      const places = Array.from({ length: 1_000 }, (_, i) => placeOf(at + i));
      const blocks = forgeBlocks(world.chain, places);
      const results = await world.chain.import(blocks.map((block) => ({ block })));
      expect(new Set(results.map((result) => result.kind))).toEqual(new Set(["waiting"]));
      expect(world.chain.orphanCount).toBe(256);
    }
    await world.mine(1);
  });

  it("are held up to their size", async () => {
    world = await openTestChain({ options: { maxOrphanBytes: 1_048_576 } });
    for (let no = 0; no < 20; no++) {
      const body = { transactions: [new Uint8Array(200_000).fill(no)], votes: [] };
      expect(await world.give(forgeBlock(world.chain, { body, change: placeOf(no) }))).toBe("waiting");
    }
    expect(world.chain.orphanCount).toBe(5);
  });

  it("are refused when they claim far less work than the head", async () => {
    // Each block a minute early halves the target.
    const spec = { ...easySpec, engine: { ...easySpec.engine, spacingMs: 60_000, halfLifeS: 60 } };
    const hard = await openTestChain({ spec });
    const claim = forgeBlock(hard.chain).header.claim;
    const orphan = (): Block => forgeBlock(hard.chain, { change: { parent: zero as never, claim } });
    hard.clock.runTo(spec.genesis.timeMs + 1_000_000);
    await hard.mine(3);
    expect(await hard.give(orphan())).toBe("waiting");
    await hard.mine(5);
    expect(await hard.give(orphan())).toBe("orphan-implausible");
    expect(hard.chain.orphanCount).toBe(1);
  });

  it("cannot be kept out by a false body under their header", async () => {
    const other = await openTestChain({ clock: world.clock });
    await other.give(...(await replay(world)));
    const [parent, child] = await other.mine(2, [pay(1, 0)]);
    const next = forgeBlock(other.chain, { transactions: [pay(1, 1)] });
    const poisoned = { header: child!.header, body: { transactions: [pay(5, 0).bytes], votes: [] } };
    expect(await world.give(poisoned)).toBe("body-root");
    expect(await world.give(child!)).toBe("waiting");
    expect(world.chain.orphanCount).toBe(1);
    expect(await world.give(parent!)).toBe("imported");
    await world.chain.import([]);
    await world.chain.import([]);
    expect(world.chain.head.header.height).toBe(5);
    expect(await world.give(next)).toBe("imported");
  });

  it("are taken when their time has come, with the right body", async () => {
    const aheadMs = world.clock.nowMs() + 60_000;
    const early = forgeBlock(world.chain, { transactions: [pay(1, 0)], change: { timeMs: aheadMs } });
    expect(await world.give({ ...early, body: { transactions: [], votes: [] } })).toBe("body-root");
    expect(await world.give(early)).toBe("waiting");
    world.clock.runTo(aheadMs - easySpec.time.maxAheadMs - 1);
    await world.chain.import([]);
    expect(world.chain.head.header.height).toBe(3);
    world.clock.runTo(aheadMs);
    await new Promise((resolve) => setImmediate(resolve));
    expect(world.chain.head.header.height).toBe(4);
  });

  it("are not held when their time is a day away", async () => {
    const block = forgeBlock(world.chain, { change: { timeMs: world.clock.nowMs() + 48 * 3_600_000 } });
    expect(await world.give(block)).toBe("waiting");
    expect(world.clock.nextDueMs()).toBeNull();
  });
});

describe("a branch deeper than changes are kept", () => {
  const deep = async () => {
    const a = await openTestChain({ options: { undoBlocks: 4 } });
    const b = await openTestChain();
    await a.mine(8, [], 1);
    const notices: string[] = [];
    a.events.on("notice", ({ code, active }) => notices.push(`${active ? "+" : "-"}${code}`));
    return { a, b, notices };
  };

  it("is followed on the word of the operator only, and only where it is better", async () => {
    const { a, b, notices } = await deep();
    const branch = await b.mine(10, [], 2);
    await a.give(...branch);
    expect(notices.at(-1)).toBe("+deep-reorg");
    const light = a.chain.engine.parse(branch[2]!.header);
    for (const id of [zero as never, light.ok ? light.value.id : zero, a.chain.genesisId] as never[])
      expect(await a.chain.acceptDeepBranch(id)).toMatchObject({ ok: false, error: { code: "branch-unknown" } });
    expect(a.chain.head.header.height).toBe(8);
    expect(await a.chain.acceptDeepBranch(a.chain.deepBranch!)).toEqual({ ok: true, value: undefined });
    expect(toHex(a.chain.head.id)).toBe(toHex(b.chain.head.id));
    expect(notices.at(-1)).toBe("-deep-reorg");
    // And back over it again, to blocks whose changes are not kept any more.
    const c = await openTestChain({ options: { undoBlocks: 4 } });
    await c.mine(8, [], 1);
    await a.give(...(await c.mine(4, [], 1)));
    expect((await a.chain.acceptDeepBranch(a.chain.deepBranch!)).ok).toBe(true);
    expect(toHex(a.chain.head.id)).toBe(toHex(c.chain.head.id));
  });

  it("is forgotten once the own branch has outgrown it", async () => {
    const { a, b, notices } = await deep();
    await a.give(...(await b.mine(9, [], 2)));
    expect(a.chain.deepBranch).not.toBeNull();
    await a.mine(1);
    expect(a.chain.deepBranch).toBeNull();
    expect(notices).toEqual(["+deep-reorg", "-deep-reorg"]);
  });

  it("that turns out invalid is marked so, and waits for nobody any more", async () => {
    const { a } = await deep();
    const head = toHex(a.chain.head.id);
    const branch = forgeBranch(a.chain, { ...a.chain.blockAt(0)!.header, id: a.chain.genesisId }, 9);
    await a.give(...branch);
    expect(await a.chain.acceptDeepBranch(a.chain.deepBranch!)).toMatchObject({
      ok: false,
      error: { code: "state-root" },
    });
    expect([toHex(a.chain.head.id), a.chain.deepBranch]).toEqual([head, null]);
    expect(await a.give(branch[8]!)).toBe("block-known-invalid");
    await a.mine(1);
  });

  it("leaves all as it was when the disk fails while it is accepted", async () => {
    const { a, b } = await deep();
    await a.give(...(await b.mine(10, [], 2)));
    const [head, root] = [toHex(a.chain.head.id), toHex(a.chain.head.header.stateRoot)];
    const before = a.chain.supply();
    a.store.failNext("disk-full");
    await expect(a.chain.acceptDeepBranch(a.chain.deepBranch!)).rejects.toMatchObject({ code: "disk-full" });
    expect(toHex(a.chain.head.id)).toBe(head);
    expect(a.chain.supply()).toEqual(before);
    const next = forgeBlock(a.chain);
    expect(toHex(next.header.stateRoot)).not.toBe(root);
    expect((await a.chain.acceptDeepBranch(a.chain.deepBranch!)).ok).toBe(true);
    expect(toHex(a.chain.head.id)).toBe(toHex(b.chain.head.id));
    const again = await openTestChain({ store: a.store });
    expect(toHex(again.chain.head.id)).toBe(toHex(b.chain.head.id));
  });
});

describe("a store", () => {
  it("whose records were edited is refused in words", async () => {
    const { keys } = await import("#storage");
    const damages = [keys.header(2), keys.delta(3), keys.canonical(2), keys.meta("head"), keys.page(0)];
    for (const [i, key] of damages.entries()) {
      const damaged = await openTestChain({ store: createMemoryStore() });
      await damaged.mine(3);
      await damaged.store.commit([{ key, value: Uint8Array.of(9, 9, 9, 9) }]);
      const opened = await openTestChain({ store: damaged.store }).then(
        () => "opened",
        (error: unknown) => (error as { code?: string }).code,
      );
      expect([i, opened]).toEqual([i, i === 2 ? "opened" : expect.stringMatching(/-damaged$/)]);
    }
  });

  it("gives the same chain again, block by block", async () => {
    const again = await openTestChain({ store: world.store, clock: world.clock });
    expect(equalBytes(again.chain.head.id, world.chain.head.id)).toBe(true);
    expect(again.chain.supply()).toEqual(world.chain.supply());
    expect(again.chain.maturing(minerOf(1)).length).toBeGreaterThan(0);
  });
});

/** The blocks of a chain, to be given to another. */
async function replay({ chain }: TestChain): Promise<Block[]> {
  const blocks: Block[] = [];
  for (let height = 1; height <= chain.head.header.height; height++) {
    const entry = chain.blockAt(height)!;
    blocks.push({ header: entry.header, body: chain.body(entry) });
  }
  return blocks;
}
