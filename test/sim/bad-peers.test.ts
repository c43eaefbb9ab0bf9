/** Peers that answer a node which catches up with anything but the truth. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { asHash, equalBytes, toHex } from "#base";
import type { Block } from "#model";
import { EMPTY_BODY, encodeBody, encodeHeader, encodeParts } from "#model";
import { encodeCompactBlock, topicsOf } from "#p2p";
import { buildTransfer, devAccount } from "#wallet/core";
import { easyChainId, easySpec, forgeBlock, forgeBranch, openTestChain, type TestChain } from "../support/forge.ts";
import { createRoguePeer, type RoguePeer, statusOf } from "../support/rogue-peer.ts";
import { testSeed } from "../support/seed.ts";
import { createSimulation, type SimNode, type Simulation } from "./simulation.ts";

const GARBAGE = new Uint8Array(2 ** 20).fill(0xa5);
/** A target that nobody meets. */
const HARD = Uint8Array.of(0xff, 0xff, 0, 4);
const FOREVER = new Promise<Uint8Array>(() => {});
const LIMIT_MS = 120_000;

let sim: Simulation;
let node: SimNode;
let honest: SimNode;
let liar: RoguePeer;
/** What the liar could have said. */
let truth: TestChain;
let blocks: Block[];

beforeEach(async () => {
  sim = createSimulation(easySpec, testSeed);
  truth = await openTestChain();
  blocks = await truth.mine(30);
  node = await sim.add("node");
  honest = await sim.add("honest");
  await honest.core.chain.import(blocks.map((block) => ({ block })));
  const transport = await sim.stranger("liar");
  liar = createRoguePeer(transport, statusOf(easyChainId, node.core.chain.genesisId, 99, 2n ** 200n));
});
afterEach(() => sim.stopAll());

const headersOf = (list: readonly Block[]): Uint8Array => encodeParts(list.map((block) => encodeHeader(block.header)));
const height = (): number => node.core.chain.head.header.height;
const score = (): number =>
  node.core.peers.peers().find(({ peer }) => peer === "liar")?.score ?? Number.NEGATIVE_INFINITY;

/** The liar says its status to the node. */
async function meet(): Promise<void> {
  let met = false;
  void liar.meet(node.address).then(() => {
    met = true;
  });
  await sim.runUntil(() => met, 10_000, "the meeting");
}

/** Honest headers; what it does for each block that is asked for is up to the test. */
function serveBodies(bodyOf: (block: Block) => Uint8Array): void {
  liar.answer("headers", async (_from, request) => headersOf(blocks.slice(heightIn(request))));
  liar.answer("bodies", async function* (_from: string, request: Uint8Array) {
    for (let at = 0; at < request.length; at += 32) {
      const id = request.subarray(at, at + 32);
      const block = blocks.find((one) => {
        const parsed = truth.chain.engine.parse(one.header);
        return parsed.ok && equalBytes(parsed.value.id, id);
      });
      yield block === undefined ? new Uint8Array(0) : bodyOf(block);
    }
  } as never);
}

/** Height of the first id of a locator that is on the true chain. */
function heightIn(request: Uint8Array): number {
  for (let at = 2; at < request.length; at += 32) {
    const entry = truth.chain.block(asHash(request.subarray(at, at + 32)) as never);
    if (entry !== null) return entry.header.height;
  }
  return 0;
}

const lies: readonly (readonly [string, "blamed" | "left", () => void])[] = [
  ["no headers at all", "left", () => liar.answer("headers", async () => new Uint8Array(0))],
  ["headers that are garbage", "blamed", () => liar.answer("headers", async () => GARBAGE.subarray(0, 400_000))],
  ["more than an answer may hold", "left", () => liar.answer("headers", async () => GARBAGE)],
  ["headers never", "left", () => liar.answer("headers", () => FOREVER)],
  ["a request cut off", "left", () => liar.answer("headers", () => Promise.reject(new Error("no")))],
  ["headers from the middle", "blamed", () => liar.answer("headers", async () => headersOf(blocks.slice(5, 9)))],
  [
    "headers with a hole",
    "blamed",
    () => liar.answer("headers", async () => headersOf([...blocks.slice(0, 3), ...blocks.slice(4)])),
  ],
  [
    "headers without work",
    "blamed",
    () => {
      // A hash above 2^255 misses even this target.
      const broken = blocks.map(({ header }) => ({
        header: { ...header, stateRoot: header.bodyRoot },
        body: EMPTY_BODY,
      }));
      liar.answer("headers", async () => headersOf(broken));
    },
  ],
  ["one header of many, and no more", "left", () => liar.answer("headers", async () => headersOf(blocks.slice(0, 1)))],
  ["true headers, and no bodies", "left", () => serveBodies(() => new Uint8Array(0))],
  ["true headers, and garbage for bodies", "blamed", () => serveBodies(() => GARBAGE.subarray(0, 1_000))],
  [
    "true headers, and other bodies",
    "blamed",
    () => serveBodies(() => encodeBody({ transactions: [new Uint8Array(200)], votes: [] })),
  ],
  [
    "true headers, and bodies never",
    "left",
    () => {
      serveBodies(() => new Uint8Array(0));
      liar.answer("bodies", () => FOREVER);
    },
  ],
  [
    "true headers, and fewer bodies than asked for",
    "left",
    () => {
      serveBodies(() => new Uint8Array(0));
      liar.answer("bodies", async function* () {} as never);
    },
  ],
  [
    "headers of invalid blocks",
    "blamed",
    () => {
      const { chain } = node.core;
      const branch = forgeBranch(truth.chain, { ...chain.blockAt(0)!.header, id: chain.genesisId }, 60);
      liar.answer("headers", async () => headersOf(branch));
      liar.answer("bodies", async function* (_from: string, request: Uint8Array) {
        for (let at = 0; at < request.length; at += 32) yield encodeBody(EMPTY_BODY);
      } as never);
    },
  ],
];

describe("a node that catches up beside a peer that claims the heaviest chain of all and gives", () => {
  it.each(lies)("%s: it is %s, and the truth is found", async (_what, outcome, lie) => {
    lie();
    await meet();
    await sim.run(2_000);
    // Claims are no reason to stop mining: a chain is behind only when its headers were seen.
    expect(node.core.obstacle() === null || node.core.sync.targetHeight <= 60).toBe(true);
    node.core.peers.addAddress(`${honest.address}/p2p/honest`);
    await sim.runUntil(() => equalBytes(node.core.chain.head.id, honest.core.chain.head.id), LIMIT_MS, "the truth");
    if (outcome === "blamed") expect(score()).toBeLessThan(0);
    else expect(score()).toBeGreaterThanOrEqual(0);
    expect(node.core.sync.syncing).toBe(false);
    expect(node.core.obstacle()).toBeNull();
    // It is asked again now and then, and never in a hurry.
    const before = liar.asked.length;
    await sim.run(60_000);
    expect(liar.asked.length - before).toBeLessThan(40);
  });
});

describe("many peers that claim the heaviest chain and never answer", () => {
  it("each cost their time once, and then those are asked that keep their word", async () => {
    const crowd = [liar];
    for (let no = 1; no < 6; no++) {
      const status = statusOf(easyChainId, node.core.chain.genesisId, 99, 2n ** 200n + BigInt(no));
      crowd.push(createRoguePeer(await sim.stranger(`liar-${no}`), status));
    }
    for (const one of crowd) {
      one.answer("headers", () => FOREVER);
      void one.meet(node.address);
    }
    await sim.run(2_000);
    node.core.peers.addAddress(`${honest.address}/p2p/honest`);
    await sim.runUntil(() => height() === 30, LIMIT_MS, "the truth");
    expect(node.core.handshake.ready.size).toBe(crowd.length + 1);
  });
});

describe("helpers", () => {
  it("that give false bodies do not stop the sync from an honest leader", async () => {
    serveBodies(() => encodeBody({ transactions: [new Uint8Array(200)], votes: [] }));
    const more = await truth.mine(100);
    await honest.core.chain.import(more.map((block) => ({ block })));
    blocks.push(...more);
    // Higher than the leader, but not heavier: it only helps with bodies.
    liar.claim({ head: { height: 1_000, id: asHash(new Uint8Array(32)) as never, justifiedEpoch: 0, weight: 1n } });
    await meet();
    node.core.peers.addAddress(`${honest.address}/p2p/honest`);
    await sim.runUntil(() => height() === 130, LIMIT_MS, "the truth");
  });
});

describe("floods", () => {
  it("of announcements and transactions, garbage and false ones, get the sender banned and nothing else", async () => {
    const topics = topicsOf(easyChainId);
    for (const topic of Object.values(topics))
      liar.transport.subscribe(topic, { maxBytes: 2 ** 24 }, async () => "ignore");
    node.core.peers.addAddress(`${honest.address}/p2p/honest`);
    await meet();
    await sim.runUntil(() => height() === 30, LIMIT_MS, "the truth");
    const before = toHex(node.core.chain.head.header.stateRoot);
    const [next] = await truth.mine(1);
    for (let no = 0; no < 500; no++) {
      const block = { header: { ...next!.header, timeMs: next!.header.timeMs + no, claim: HARD }, body: EMPTY_BODY };
      const announcement = encodeCompactBlock(asHash(new Uint8Array(32)) as never, block, []);
      await liar.transport.publish(topics.blocks, announcement).catch(() => {});
      await liar.transport.publish(topics.transactions, GARBAGE.subarray(0, 1_000 + no)).catch(() => {});
    }
    await sim.run(5_000);
    expect(node.core.peers.bans().map(({ peer }) => peer)).toContain("liar");
    expect(node.core.handshake.isReady("liar")).toBe(false);
    expect([height(), toHex(node.core.chain.head.header.stateRoot)]).toEqual([30, before]);
    // Life goes on.
    const outputs = [{ to: devAccount(2).address, amountAtoms: 5_000n }];
    const item = buildTransfer({ chainId: easyChainId, seed: devAccount(1).seed, nonce: 0, outputs });
    expect(await honest.core.submit([item.bytes], "local")).toMatchObject([{ ok: true }]);
    await sim.run(2_000);
    expect(node.core.mempool.has(item.id)).toBe(true);
    const block = forgeBlock(honest.core.chain, { transactions: [item] });
    await honest.core.chain.import([{ block }]);
    await sim.runUntil(() => height() === 31, 20_000, "the next block");
    expect(node.core.mempool.count).toBe(0);
  });
});

describe("honest peers", () => {
  it("lose no points by meeting, parting and meeting again, whoever is ahead", async () => {
    node.core.peers.addAddress(`${honest.address}/p2p/honest`);
    for (let round = 0; round < 4; round++) {
      await sim.runUntil(() => equalBytes(node.core.chain.head.id, honest.core.chain.head.id), LIMIT_MS, "agreement");
      sim.partition([["node"], ["honest"]]);
      await sim.run(5_000);
      const [one, other] = round % 2 === 0 ? [node, honest] : [honest, node];
      for (const [side, count, to] of [
        [one, 3, 1],
        [other, 5, 2],
      ] as const)
        for (let i = 0; i < count; i++) await side.core.chain.import([{ block: forgeBlock(side.core.chain, { to }) }]);
      sim.heal();
      await sim.run(30_000);
    }
    await sim.runUntil(() => equalBytes(node.core.chain.head.id, honest.core.chain.head.id), LIMIT_MS, "agreement");
    for (const side of [node, honest]) {
      expect(side.core.peers.bans()).toEqual([]);
      expect(side.core.peers.peers().map(({ score }) => score)).toEqual([0]);
    }
  });

  it("pass on what one of them had pending before they met", async () => {
    const outputs = [{ to: devAccount(2).address, amountAtoms: 5_000n }];
    const item = buildTransfer({ chainId: easyChainId, seed: devAccount(1).seed, nonce: 0, outputs });
    const third = await sim.add("third", { knows: ["node"] });
    await sim.run(5_000);
    await honest.core.submit([item.bytes], "local");
    node.core.peers.addAddress(`${honest.address}/p2p/honest`);
    await sim.runUntil(() => third.core.mempool.has(item.id), 20_000, "the way to the third");
  });
});
