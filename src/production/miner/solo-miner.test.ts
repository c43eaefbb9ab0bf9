import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { concatBytes, createManualClock, fromHex, type ManualClock, readUint, seededRandom, systemClock } from "#base";
import { sha256d } from "#crypto";
import { createWorkerThreads } from "../worker-threads.ts";
import type { SearchThreads } from "./search-threads.ts";
import { type BlockOutcome, mineSolo, type SoloMinerParts, type SoloTemplate, type WorkClient } from "./solo-miner.ts";

const hash = (no: number): string => no.toString(16).padStart(2, "0").repeat(32);
/** About one hash in 16,384. */
const EASY = "1f040000";
const HOPELESS = "0400ffff";

const answer = (status: number, { code, message }: { code: string; message: string }): Error =>
  Object.assign(new Error(message), { status, code });

/** A node that takes every seal, and says so as its new head. */
interface FakeNode {
  readonly client: WorkClient;
  head: number;
  bits: string;
  templates: number;
  readonly given: { readonly seal: string }[];
  /** Instead of the next templates or results. */
  readonly errors: Error[];
  moveHead(): void;
}

function createFakeNode(): FakeNode {
  let tell = (): void => {};
  const template = (): SoloTemplate => ({
    ...{ template: String(node.head).padStart(32, "0"), height: node.head + 1, parent: hash(node.head) },
    ...{ version: "20000000", minTimeS: 1 },
    work: { bits: node.bits, difficulty: 1, expectedHashes: "16383" },
    coinbase: { head: "00".repeat(85), extranonceBytes: 16, tail: "00".repeat(19) },
    ...{ reward: "5", expiresMs: 601_000 },
  });
  const orThrow = <T>(value: T): T => {
    const error = node.errors.shift();
    if (error !== undefined) throw error;
    return value;
  };
  const node: FakeNode = {
    ...{ head: 1, bits: EASY, templates: 0, given: [], errors: [] },
    moveHead() {
      node.head++;
      tell();
    },
    client: {
      async miningTemplate() {
        node.templates++;
        return orThrow(template());
      },
      async submitMined(block): Promise<BlockOutcome> {
        node.given.push(block);
        orThrow(null);
        node.moveHead();
        return { result: "imported", height: node.head, hash: hash(node.head) };
      },
      async *events({ signal }) {
        while (signal.aborted !== true) {
          await new Promise<void>((resolve) => {
            tell = resolve;
            signal.addEventListener("abort", () => resolve(), { once: true });
          });
          yield { cursor: `${node.head}:${hash(node.head)}` };
        }
      },
    },
  };
  return node;
}

let node: FakeNode;
let clock: ManualClock;
let threads: SearchThreads;
let stop: AbortController;
let seen: string[];

beforeEach(() => {
  node = createFakeNode();
  clock = createManualClock(2_000);
  threads = createWorkerThreads(1, systemClock());
  stop = new AbortController();
  seen = [];
});
afterEach(() => {
  stop.abort();
  return threads.stop();
});

function mine(blocks: number | null): Promise<void> {
  const parts: SoloMinerParts = {
    ...{ client: node.client, threads, clock, random: seededRandom(1) },
    onWork: ({ height }) => void seen.push(`work ${height}`),
    onBlock: ({ result, height }) => void seen.push(`${result} ${height}`),
    onRefused: (why) => void seen.push(`refused: ${why}`),
    onTrouble: (why, retryMs) => void seen.push(`trouble: ${why}, ${retryMs}`),
  };
  return mineSolo({ address: "me", blocks }, parts, stop.signal);
}

const until = async (isSo: () => boolean): Promise<void> => {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 1));
};

describe("mining for a node", () => {
  it("finds seals that hold, block after block", async () => {
    await mine(3);
    expect(seen).toEqual(["work 2", "imported 2", "work 3", "imported 3", "work 4", "imported 4"]);
    const salts = new Set(node.given.map(({ seal }) => seal.slice(24, 40)));
    expect(salts.size).toBe(1);
    for (const [i, { seal }] of node.given.entries()) {
      const bytes = fromHex(seal)!;
      const coinbase = concatBytes(new Uint8Array(85), bytes.subarray(12), new Uint8Array(19));
      const header = concatBytes(
        ...[bytes.subarray(0, 4), fromHex(hash(i + 1))!, sha256d(coinbase), bytes.subarray(4, 8)],
        ...[fromHex(EASY)!.reverse(), bytes.subarray(8, 12)],
      );
      expect(readUint(sha256d(header), 0, 32)).toBeLessThanOrEqual(0x040000n << 224n);
    }
  });

  it("turns to new work as soon as the head moves, and when work gets old", async () => {
    node.bits = HOPELESS;
    const mining = mine(null);
    await until(() => seen.length === 1 && threads.counts().tried > 0);
    node.moveHead();
    await until(() => seen.length === 2);
    expect(seen).toEqual(["work 2", "work 3"]);
    clock.runTo(12_000);
    await until(() => seen.length === 3);
    expect(node.templates).toBe(3);
    stop.abort();
    await mining;
  });

  it("outlasts a node that is away or busy, and seals that come too late", async () => {
    const away = answer(0, { code: "unreachable", message: "the node cannot be reached" });
    const busy = answer(503, { code: "cannot-produce", message: "catching up" });
    node.errors.push(away, busy);
    const mining = mine(1);
    await until(() => seen.length === 1);
    clock.runTo(2_500);
    await until(() => seen.length === 2);
    node.errors.push(answer(422, { code: "pow-time", message: "too late" }));
    // The next template is refused like a late seal: both are asked for anew.
    clock.runTo(3_500);
    await mining;
    expect(seen).toEqual([
      "trouble: the node cannot be reached, 500",
      "trouble: catching up, 1000",
      "refused: too late",
      "work 2",
      "imported 2",
    ]);
  });

  it("ends when the node will never give work", async () => {
    node.errors.push(answer(409, { code: "not-searched", message: "this chain's blocks are not searched" }));
    await expect(mine(1)).rejects.toThrow("this chain's blocks are not searched");
    node.errors.push(answer(401, { code: "unauthorized", message: "the token is missing" }));
    await expect(mine(1)).rejects.toThrow("the token is missing");
  });
});
