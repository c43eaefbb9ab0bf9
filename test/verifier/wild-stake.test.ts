/** Histories of stake that nobody wrote: the second verifier and the node agree on all of them. */
import { describe, expect, it } from "vitest";
import { type Key, seededRandom, toHex } from "#base";
import type { Snapshot } from "#consensus";
import { testSeed } from "../support/seed.ts";
import { textOf, writeExport } from "./testing/export-file.ts";
import { openStakeMine, type StakeMine } from "./testing/stake-mine.ts";
import { growWild, HOLDERS, wildSpec } from "./testing/wild-chain.ts";
import { verifyExport } from "./verify-export.ts";

async function wild(seed: number, slots: number): Promise<StakeMine> {
  const random = seededRandom(seed);
  const mine = await openStakeMine(wildSpec(random), HOLDERS);
  await growWild(mine, random, slots);
  return mine;
}

async function expectAgreement({ chain, lines }: StakeMine): Promise<void> {
  const { header, id, snapshot } = chain.head;
  const found = await verifyExport(writeExport(textOf(lines())));
  const { issuedAtoms, burnedAtoms } = chain.supply();
  expect(found).toMatchObject({
    ...{ head: toHex(id), height: header.height, stateRoot: toHex(header.stateRoot) },
    ...{ justifiedEpoch: snapshot.justified.epoch, finalizedEpoch: snapshot.finalized.epoch },
    ...{ finalized: toHex(snapshot.finalized.id), finalizedHeight: chain.finalizedHeight },
    supplyAtoms: issuedAtoms - burnedAtoms,
  });
}

/** What a history has had of everything: kinds of transactions, and reasons of credits. */
function ingredients({ chain }: StakeMine): Set<string> {
  const found = new Set<string>();
  for (let height = 1; height <= chain.head.header.height; height++) {
    const entry = chain.blockAt(height)!;
    for (const { transaction } of chain.transactions(entry)) found.add(`kind ${transaction.kind}`);
    for (const { reason } of chain.credits(entry)) found.add(reason);
    if (hasFormerVoter(chain, entry.snapshot)) found.add("former voter");
  }
  if (
    chain
      .stake()!
      .validators()
      .some(({ leaked }) => leaked)
  )
    found.add("leaked");
  return found;
}

function hasFormerVoter({ engine: { lottery } }: StakeMine["chain"], snapshot: Snapshot): boolean {
  const { current } = lottery!.tables(snapshot);
  const { hasVoted } = lottery!.progress(snapshot);
  const isIn = (key: Key) => current.entries.some((entry) => toHex(entry.key) === toHex(key));
  return HOLDERS.some(({ key }) => hasVoted(key) && !isIn(key));
}

describe("a wild history of stake", () => {
  it("that holds everything", async () => {
    const mine = await wild(2, 240);
    expect([...ingredients(mine)].sort()).toEqual([
      ...["block-reward", "fees", "former voter", "kind 1", "kind 2", "kind 3", "kind 4", "kind 5", "kind 6"],
      ...["leaked", "report", "unbonded", "vote-reward", "voter-pool"],
    ]);
    await expectAgreement(mine);
  });

  it("of another seed each time", async () => {
    await expectAgreement(await wild(testSeed, 120));
  });
});
