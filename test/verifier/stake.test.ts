/** Chains of stake: the second verifier and the node agree on every state root, on what is final, and on the head. */
import { expect, it } from "vitest";
import { toHex } from "#base";
import { stakeSpec, testValidator } from "../support/validators.ts";
import { textOf, writeExport } from "./testing/export-file.ts";
import { openStakeMine, type StakeMine } from "./testing/stake-mine.ts";
import { verifyExport } from "./verify-export.ts";

const ALL = ["v0", "v1", "v2", "v3"].map(testValidator);

async function expectAgreement(mine: StakeMine): Promise<void> {
  const { head } = mine.chain;
  const found = await verifyExport(writeExport(textOf(mine.lines())));
  expect(found).toMatchObject({
    head: toHex(head.id),
    height: head.header.height,
    justifiedEpoch: head.snapshot.justified.epoch,
    finalizedEpoch: head.snapshot.finalized.epoch,
    finalized: toHex(head.snapshot.finalized.id),
  });
}

it("agrees about a chain where everybody makes blocks and votes", async () => {
  const spec = stakeSpec(ALL, [1000, 1000, 1000, 1000]);
  const mine = await openStakeMine(spec, ALL);
  for (let i = 0; i < 40; i++) await mine.block({ votes: mine.votes(ALL) });
  await expectAgreement(mine);
});
