import { beforeEach, describe, expect, it } from "vitest";
import { blameNobody, blameSender, type Fault } from "#base";
import { decodeParts, encodeParts } from "#model";
import { driveUntil } from "../../../test/support/drive.ts";
import type { RoguePeer } from "../../../test/support/rogue-peer.ts";
import { topicsOf } from "../wire/protocols.ts";
import { createTransactionRelay, type TransactionRelay } from "./relay-transactions.ts";
import { ADDRESS, CHAIN, failing, log, openScene, pending, type Scene } from "./testing/scene.ts";

const TOPIC = topicsOf(CHAIN).transactions;
let scene: Scene;
let relay: TransactionRelay;
let ready: boolean;
let rogue: RoguePeer;
/** What came in, by origin. */
let taken: string[];
let judge: (bytes: Uint8Array) => Fault | null;
/** Sizes of the lists that the other side of the rogue heard. */
let heard: number[];

beforeEach(async () => {
  scene = await openScene();
  [ready, taken, heard] = [true, [], []];
  judge = () => null;
  relay = createTransactionRelay({
    ...{ chainId: CHAIN, transport: scene.self, reports: scene.reports, events: scene.events, clock: scene.clock, log },
    isReady: () => ready,
    sink: {
      async submit(list, origin) {
        taken.push(`${origin} ${list.length}`);
        return list.map((bytes) => judge(bytes));
      },
    },
  });
  rogue = await scene.rogue("A");
  const witness = await scene.rogue("W");
  rogue.transport.subscribe(TOPIC, { maxBytes: 2 ** 24 }, async () => "ignore");
  witness.transport.subscribe(TOPIC, { maxBytes: 2 ** 24 }, async (_from, bytes) => {
    heard.push(decodeParts(bytes.subarray(8), 2_000)!.length);
    return "ignore";
  });
  await scene.settle(rogue.transport.dial(ADDRESS, 1_000));
  await scene.settle(witness.transport.dial(ADDRESS, 1_000));
});

const message = (...list: readonly Uint8Array[]): Uint8Array =>
  new Uint8Array([...new Uint8Array(8), ...encodeParts(list)]);
const one = Uint8Array.of(1);
const two = Uint8Array.of(2);

async function gossip(bytes: Uint8Array): Promise<void> {
  await scene.settle(rogue.transport.publish(TOPIC, bytes));
  await scene.run(200);
}

describe("gossip of transactions", () => {
  it("is passed on when something in it is new and nothing is wrong", async () => {
    await gossip(message(one, two));
    expect([taken, heard, scene.reported]).toEqual([["gossip 2"], [2], []]);
    judge = () => blameNobody("tx-known");
    await gossip(message(one));
    expect(heard).toEqual([2]);
    judge = (bytes) => (bytes[0] === 1 ? null : blameNobody("tx-known"));
    await gossip(message(two, one));
    expect(heard).toEqual([2, 2]);
  });

  it("with a false transaction is not passed on, and blames whoever sent it; the good ones in it are sent anew", async () => {
    judge = (bytes) => (bytes[0] === 1 ? null : blameSender("tx-signature"));
    await gossip(message(two, two));
    expect([heard, scene.reported]).toEqual([[], ["A tx-signature"]]);
    await gossip(message(one, two));
    expect([heard, scene.reported.length]).toEqual([[1], 2]);
  });

  it("that is no list is refused", async () => {
    const garbage = new Uint8Array(500_000).fill(0xa5);
    const empty = message();
    const cut = message(one, two).subarray(0, 9);
    const many = message(...Array.from({ length: 2_001 }, () => one));
    for (const wrong of [garbage, empty, cut, many, new Uint8Array(3)]) await gossip(wrong);
    expect([taken, heard]).toEqual([[], []]);
    expect(scene.reported).toEqual(Array.from({ length: 5 }, () => "A transactions-malformed"));
  });

  it("that is too long is not looked at", async () => {
    await gossip(new Uint8Array(512 * 1024 + 1));
    expect([taken, scene.reported]).toEqual([[], ["A gossip-too-long"]]);
  });

  it("of who has not said its chain is ignored, without blame", async () => {
    ready = false;
    await gossip(new Uint8Array(100).fill(9));
    expect([taken, heard, scene.reported]).toEqual([[], [], []]);
  });

  it("is not judged by our own disk", async () => {
    judge = failing;
    await gossip(message(one));
    expect([heard, scene.reported]).toEqual([[], []]);
  });

  it("in a flood is looked at one by one and only so many at once", async () => {
    for (let i = 0; i < 2_000; i++)
      void rogue.transport.publish(TOPIC, message(Uint8Array.of(i & 0xff, i >> 8))).catch(() => {});
    await scene.run(1_000);
    expect(taken.length).toBeLessThanOrEqual(2_000);
    expect(scene.reported).toEqual([]);
  });
});

describe("own transactions", () => {
  const add = (no: number, relayed = true): void =>
    scene.events.emit("transaction-added", { item: pending(no), relay: relayed });

  it("are gathered for a moment and sent together", async () => {
    relay.start();
    for (let no = 0; no < 5; no++) add(no);
    add(9, false);
    await scene.run(24);
    expect(heard).toEqual([]);
    await scene.run(100);
    expect(heard).toEqual([5]);
    add(6);
    await driveUntil(scene.clock, () => heard.length === 2);
    expect(heard).toEqual([5, 1]);
  });

  it("are sent at once when there are many, and at the end", async () => {
    relay.start();
    for (let i = 0; i < 4_100; i++) add(i % 256);
    await scene.run(20);
    expect(heard.length).toBeGreaterThan(1);
    relay.stop();
    await scene.run(100);
    expect(heard.reduce((sum, count) => sum + count, 0)).toBe(4_100);
    add(1);
    await scene.run(200);
    expect(heard.reduce((sum, count) => sum + count, 0)).toBe(4_100);
  });
});

describe("what a new peer has pending", () => {
  it("is fetched", async () => {
    rogue.answer("pool", async function* () {
      yield encodeParts([one, two]);
      yield encodeParts([one]);
    } as never);
    await scene.settle(relay.fetchPending("A"));
    expect([taken, scene.reported]).toEqual([["fetched 2", "fetched 1"], []]);
  });

  it("is refused when it is garbage or false", async () => {
    rogue.answer("pool", async () => new Uint8Array(2 ** 20).fill(0xa5));
    await scene.settle(relay.fetchPending("A"));
    judge = () => blameSender("tx-signature");
    rogue.answer("pool", async () => encodeParts([one]));
    await scene.settle(relay.fetchPending("A"));
    rogue.answer("pool", () => new Promise(() => {}));
    await scene.settle(relay.fetchPending("A"));
    expect(scene.reported).toEqual(["A transactions-malformed", "A tx-signature"]);
  });
});
