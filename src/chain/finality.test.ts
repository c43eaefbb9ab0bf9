import { beforeEach, describe, expect, it } from "vitest";
import { silentLogger } from "#base";
import { createBus, type NodeEvents } from "#events";
import { openTestChain } from "../../test/support/forge.ts";
import type { BlockStore } from "./block-store.ts";
import type { BlockEntry } from "./entry.ts";
import { Finality } from "./finality.ts";

let entries: readonly BlockEntry[];
let heard: string[];
let events: ReturnType<typeof createBus<NodeEvents>>;

beforeEach(async () => {
  const { chain, mine } = await openTestChain();
  await mine(6);
  entries = Array.from({ length: 7 }, (_, height) => chain.blockAt(height)!);
  events = createBus<NodeEvents>((error) => {
    throw error;
  });
  heard = [];
  events.on("finalized", ({ height }) => heard.push(`final ${height}`));
  events.on("notice", ({ code, active }) => heard.push(`${code} ${active}`));
});

const blocks: Pick<BlockStore, "get"> = { get: (id: Uint8Array) => entries.find((entry) => entry.id === id) ?? null };
const trusted = (height: number) => ({ height, id: entries[height]!.id });

/** The entry, as if votes had justified and finalised these heights on its branch. */
function voted(height: number, finalized: number, justifiedEpoch: number): BlockEntry {
  const entry = entries[height]!;
  const justified = { epoch: justifiedEpoch, id: entry.id };
  const final = { epoch: justifiedEpoch - 1, id: entries[finalized]!.id };
  return { ...entry, snapshot: { ...entry.snapshot, justified, finalized: final } };
}

function open(checkpoint: number | null = null): Finality {
  const trust = checkpoint === null ? null : trusted(checkpoint);
  return new Finality(trusted(0), { blocks, checkpoint: trust, events, log: silentLogger });
}

describe("what is final", () => {
  it("grows with the head's votes, is written when it does, and never goes back", () => {
    const finality = open();
    const three = finality.at(voted(5, 3, 2));
    expect(three.height).toBe(3);
    expect(finality.writesFor(three)).toHaveLength(1);
    finality.moveTo(three);
    const lower = finality.at(voted(6, 1, 1));
    expect([lower.height, finality.writesFor(lower)]).toEqual([3, []]);
    finality.moveTo(lower);
    expect([finality.finalized.height, heard]).toEqual([3, ["final 3"]]);
  });

  it("is the trusted block once the head has come past it", () => {
    const finality = open(4);
    expect(finality.at(entries[3]!).height).toBe(0);
    expect(finality.at(entries[4]!).height).toBe(4);
    expect(finality.at(voted(6, 5, 3)).height).toBe(5);
  });

  it("is contradicted by a branch that later votes vouch for, which is told once and for good", () => {
    const finality = open();
    const head = voted(5, 3, 4);
    finality.moveTo(finality.at(head));
    finality.contradictedBy(voted(6, 1, 3), head);
    expect(finality.violation).toBeNull();
    finality.contradictedBy(voted(6, 1, 4), head);
    finality.contradictedBy(voted(6, 1, 5), head);
    expect(finality.violation).toContain("a third of them has signed twice");
    expect(heard).toEqual(["final 3", "safety-violation true"]);
  });
});
