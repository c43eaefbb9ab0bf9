/** Headers on their parent: slots, leaders, tables that are not known yet, and whose turn it is. */
import { describe, expect, it } from "vitest";
import { asHash, concatBytes, utf8 } from "#base";
import { sha256, taggedHash } from "#crypto";
import { createEpochTable, epochTableHash } from "#model";
import { createStakeLine } from "../../../test/support/stake-line.ts";
import { encodeU64 } from "./encode-u64.ts";
import type { LotterySnapshot } from "./snapshot.ts";

const EPOCH = 15;
const line = createStakeLine([40n, 20n, 15n, 10n, 5n, 5n, 5n], { signers: 1 });
const { engine, lottery } = line;
const stranger = line.signers[7]!;

/** All slots of a range filled. */
function fill(from: ReturnType<typeof line.genesis>, first: number, last: number) {
  let head = from;
  for (let slot = first; slot <= last; slot++) head = line.extend(head, slot);
  return head;
}

const dataOf = (snapshot: unknown) => (snapshot as LotterySnapshot).data;
const farMs = lottery.slotStartMs(1_000_000);

describe("a header on its parent", () => {
  const parent = line.extend(line.genesis(), 3);
  const check = (slot: number, change = {}, signer = undefined as typeof stranger | undefined) =>
    engine.checkOnParent(line.seal(parent, slot, signer ? { signer, change } : { change }), parent, farMs);

  it("begins a slot, and a later one than the parent's", () => {
    expect(check(4)).toEqual({ kind: "ok" });
    const misaligned = { timeMs: lottery.slotStartMs(4) + 1 };
    expect(check(4, misaligned)).toMatchObject({ kind: "fault", fault: { code: "slot-misaligned", blame: "sender" } });
    const again = { timeMs: lottery.slotStartMs(3) };
    expect(check(4, again)).toMatchObject({ kind: "fault", fault: { code: "slot-not-later", blame: "sender" } });
    const beforeGenesis = { timeMs: lottery.slotStartMs(-2) };
    expect(check(4, beforeGenesis)).toMatchObject({ fault: { code: "slot-not-later" } });
  });

  it("is signed by who was drawn, whoever else is in the table", () => {
    const leader = lottery.leaderOf(4, parent);
    for (const signer of line.signers) {
      const verdict = check(4, {}, signer);
      if (signer.me.key === leader || signer.me.key.every((byte, i) => byte === leader![i]))
        expect(verdict.kind).toBe("ok");
      else expect(verdict).toMatchObject({ fault: { code: "leader-wrong", blame: "sender", detail: { slot: 4 } } });
    }
  });

  it("of the future waits, unless its leader is wrong", () => {
    const nowMs = lottery.slotStartMs(10) - line.spec.time.maxAheadMs;
    const block = line.seal(parent, 10);
    expect(engine.checkOnParent(block, parent, nowMs)).toEqual({ kind: "ok" });
    expect(engine.checkOnParent(block, parent, nowMs - 1)).toEqual({ kind: "wait", why: "too-early", untilMs: nowMs });
    const wrong = line.seal(parent, 10, { signer: stranger });
    expect(engine.checkOnParent(wrong, parent, nowMs - 1)).toMatchObject({ fault: { code: "leader-wrong" } });
  });
});

describe("a seal", () => {
  it("must fit the seal hash and its own key", () => {
    const block = line.seal(line.genesis(), 1);
    expect(engine.checkSeal(block)).toEqual({ ok: true, value: undefined });
    const seal = block.header.seal.slice();
    seal[95]! ^= 1;
    const changes = [{ seal }, { timeMs: block.header.timeMs + 1 }, { claim: new Uint8Array(32) }];
    for (const change of changes) {
      const parsed = engine.parse({ ...block.header, ...change });
      expect(parsed.ok && engine.checkSeal(parsed.value)).toMatchObject({
        ok: false,
        error: { code: "seal-signature", blame: "sender" },
      });
    }
  });

  it("and its claim have one length each", () => {
    const { header } = line.seal(line.genesis(), 1);
    expect(engine.parse({ ...header, claim: new Uint8Array(31) })).toMatchObject({
      error: { code: "lottery-claim-malformed", detail: { sizeBytes: 31 } },
    });
    expect(engine.parse({ ...header, seal: new Uint8Array(97) })).toMatchObject({
      error: { code: "lottery-seal-malformed", detail: { sizeBytes: 97 } },
    });
    expect(engine.parse({ ...header, height: 0 })).toMatchObject({ error: { code: "header-height" } });
  });

  it("goes into the id with the seal hash", () => {
    const { id, sealHash, header } = line.seal(line.genesis(), 1);
    expect(id).toEqual(sha256(concatBytes(utf8("agon/block/v1"), line.chainId, sealHash, header.seal)));
  });

  it("is signed under a guard that knows its slot", () => {
    const block = line.seal(line.genesis(), 9);
    const job = engine.sealJob(block.header, block.sealHash, block.claim);
    expect(job).toMatchObject({ kind: "sign", message: block.sealHash, guard: { domain: "block", slot: 9 } });
  });
});

describe("the table of the next epoch", () => {
  const lastOfFirst = fill(line.genesis(), 1, EPOCH - 1);

  it("is asked for once a block of it comes, and not before", () => {
    const pending = line.extend(lastOfFirst, EPOCH, { table: null });
    expect(dataOf(pending).next).toBeNull();
    const further = line.extend(pending, 2 * EPOCH - 1, { table: null });
    for (const parent of [pending, further]) {
      const { header } = line.seal(parent, 2 * EPOCH, { signer: stranger });
      const block = engine.parse(header);
      if (!block.ok) throw new Error(block.error.code);
      expect(engine.checkOnParent(block.value, parent, farMs)).toEqual({ kind: "wait", why: "needs-state" });
      const earlyMs = lottery.slotStartMs(EPOCH);
      expect(engine.checkOnParent(block.value, parent, earlyMs)).toMatchObject({ why: "too-early" });
      expect(lottery.leaderOf(2 * EPOCH, parent)).toBeNull();
      expect(() => engine.advance(parent, block.value, null, null)).toThrow("not checked on its parent");
    }
  });

  it("may be presumed to be the present one, where it is not known", () => {
    const pending = line.extend(lastOfFirst, EPOCH, { table: null });
    const presumed = engine.presume(pending);
    expect(dataOf(presumed)).toEqual({ ...dataOf(pending), next: dataOf(pending).current });
    const child = line.seal(presumed, 2 * EPOCH);
    expect(engine.checkOnParent(child, presumed, farMs)).toEqual({ kind: "ok" });
    expect(engine.checkOnParent(child, pending, farMs)).toEqual({ kind: "wait", why: "needs-state" });
    expect(engine.presume(presumed)).toBe(presumed);
  });

  it("is asked for where it is known by its hash alone", () => {
    const table = createEpochTable([{ key: stranger.me.key, weight: 1n }]);
    const block = line.seal(lastOfFirst, EPOCH);
    const outcome = { kind: "epoch-table", hash: epochTableHash(table), table } as const;
    const parent = engine.advance(lastOfFirst, block, { votes: [] }, [outcome]);
    const child = line.seal(parent, 2 * EPOCH, { signer: stranger });
    expect(engine.checkOnParent(child, parent, farMs)).toEqual({ kind: "wait", why: "needs-state" });
    line.memory.execute({ step: {} } as never, table);
    expect(engine.checkOnParent(child, parent, farMs)).toEqual({ kind: "ok" });
    expect(lottery.leaderOf(2 * EPOCH, parent)).toEqual(stranger.me.key);
    expect(lottery.leaderOf(7 * EPOCH, parent)).toEqual(stranger.me.key);
    expect(lottery.tables(parent)).toMatchObject({ next: { total: 1n } });
  });

  it("is made by each executed first block of an epoch", () => {
    const block = line.seal(lastOfFirst, EPOCH);
    expect(() => engine.advance(lastOfFirst, block, { votes: [] }, [])).toThrow("made no table");
  });
});

describe("seeds", () => {
  const mixOf = (snapshot: unknown) => dataOf(snapshot).mix;

  it("take in the reveals of the first two thirds of an epoch only", () => {
    let head = line.genesis();
    for (let slot = 1; slot < EPOCH; slot++) {
      const block = line.seal(head, slot);
      const expected =
        slot < 10 ? taggedHash("agon/mix/v1", line.chainId, mixOf(head), block.header.claim) : mixOf(head);
      head = line.extend(head, slot);
      expect(mixOf(head)).toEqual(expected);
    }
  });

  it("follow from the mix before the epoch and its number, with and without empty epochs between", () => {
    const parent = fill(line.genesis(), 1, 4);
    const seedOf = (epoch: number) => taggedHash("agon/seed/v1", line.chainId, mixOf(parent), encodeU64(epoch));
    for (const epoch of [1, 2, 9]) {
      const first = line.extend(parent, epoch * EPOCH + 3);
      expect(dataOf(first).seed).toEqual(seedOf(epoch));
      const second = line.extend(first, epoch * EPOCH + 4);
      expect(dataOf(second).seed).toEqual(seedOf(epoch));
    }
    const zeros = asHash(new Uint8Array(32));
    expect(dataOf(line.genesis()).seed).toEqual(taggedHash("agon/seed/v1", line.chainId, zeros, encodeU64(0)));
  });
});

describe("what is asked of the ledger", () => {
  it("names slot, leader and reveal, and the step where an epoch begins", () => {
    const parent = fill(line.genesis(), 1, 4);
    for (const [slot, step] of [
      [5, null],
      [EPOCH, { epoch: 1, parentEpoch: 0, finalizedHeight: 0, finalizedEpoch: 0, keepsTable: false }],
      [5 * EPOCH + 2, { epoch: 5, parentEpoch: 0, finalizedHeight: 0, finalizedEpoch: 0, keepsTable: false }],
    ] as const) {
      const { header } = line.seal(parent, slot);
      const leader = lottery.leaderOf(slot, parent);
      const epoch = Math.floor(slot / EPOCH);
      expect(engine.orders(header, parent)).toEqual({ epoch, slot, leader, reveal: header.claim, step });
    }
  });
});

describe("a turn", () => {
  const parent = line.extend(line.genesis(), 3);
  const leaderOf = (slot: number) =>
    line.signers.find(({ me }) => me.key.every((byte, i) => byte === lottery.leaderOf(slot, parent)![i]))!.me;

  it("is that of the slot's leader, for as long as the slot lasts", () => {
    const startMs = lottery.slotStartMs(6);
    for (const nowMs of [startMs, startMs + 1, startMs + 1_999]) {
      const me = leaderOf(6);
      expect(engine.turn(parent, me, nowMs)).toEqual({
        kind: "now",
        claim: { reveal: me.reveal(0), signer: me.key },
        minTimeMs: startMs,
        maxTimeMs: startMs,
        expiresMs: startMs + 2_000,
      });
    }
  });

  it("that is to come is told for this epoch and the next", () => {
    for (const { me } of line.signers.slice(0, 7)) {
      let own = 4;
      while (lottery.leaderOf(own, parent) !== null && own < 30 && leaderOf(own) !== me) own++;
      expect(engine.turn(parent, me, lottery.slotStartMs(4) - 1)).toEqual({
        kind: "later",
        atMs: lottery.slotStartMs(own),
      });
    }
  });

  it("does not come again in the parent's own slot, nor before genesis", () => {
    const head = line.extend(parent, 4);
    const me = leaderOf(4);
    expect(engine.turn(head, me, lottery.slotStartMs(4) + 10).kind).toBe("later");
    const early = engine.turn(line.genesis(), me, lottery.slotStartMs(-40));
    expect(early.kind === "later" && early.atMs).toBeGreaterThanOrEqual(lottery.slotStartMs(1));
  });

  it("never comes for a key that is in no table, nor without an onion", () => {
    const nowMs = lottery.slotStartMs(6);
    const never = engine.turn(parent, stranger.me, nowMs);
    expect(never).toMatchObject({ kind: "never", why: expect.stringContaining("neither this epoch nor the next") });
    const blank = { key: leaderOf(6).key, reveal: () => null };
    expect(engine.turn(parent, blank, nowMs)).toMatchObject({ kind: "never", why: expect.stringContaining("onion") });
  });

  it("waits for the end of the epoch where the next table is not known", () => {
    const pending = line.extend(parent, EPOCH + 1, { table: null });
    const nowMs = lottery.slotStartMs(EPOCH + 2);
    expect(engine.turn(pending, stranger.me, nowMs)).toEqual({ kind: "later", atMs: lottery.slotStartMs(2 * EPOCH) });
  });
});
