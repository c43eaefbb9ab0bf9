import { expect, test } from "vitest";
import type { Duties, Finality, StakeRules, Validator, Validators } from "#api/contract";
import { showDuties, showEpochs, showEvidence, showStake, showValidators } from "./show-stake.ts";

const HASH = "ab".repeat(32);
const OWNER = "tagon16hq6jle9weajrasuvawdss6psm49z9n8qwt96j";
const same = (address: string): string => address;
const coins = (count: number): string => `${count}00000000`;

const rules: StakeRules = {
  ...{ slotMs: 2_000, epochSlots: 15, epochMs: 30_000, minBond: coins(100), unbondEpochs: 32, jailEpochs: 32 },
  ...{ leakEpochs: 64, slashPpm: 500_000, reportPpm: 100_000, maxValidators: 1_024 },
};
const validator: Validator = {
  ...{ address: OWNER, signingKey: HASH, onionTip: HASH, state: "active", why: "it is drawn and votes" },
  ...{ bonded: coins(500), active: coins(500), weight: coins(500), sharePpm: 125_000, unbonding: [] },
  ...{ jailedUntilEpoch: null, lastVoteEpoch: 9, blocks: 7, votes: 8, slashed: "0" },
  performance: {
    ...{ fromEpoch: 1, epochs: 9, slots: 8, proposed: 7, missed: 1, votable: 8, voted: 8, recent: [], recentVotes: [] },
    rewards: { blocks: "0", votes: coins(3), reports: "0", total: coins(3) },
  },
};
const validators: Validators = {
  ...{ block: { height: 140, hash: HASH }, slot: 152, epoch: 10, total: coins(4_000), bonded: coins(4_000) },
  ...{ voterPool: coins(12), rules, items: [validator] },
};
const finality = {
  ...{ epoch: 10, finalized: { epoch: 8, height: 119, hash: HASH }, why: "Everything up to block 119 is final." },
} as Finality;

test("a bond at rest counts, and says nothing of waiting", () => {
  const text = showStake(validator, validators, finality, same);
  expect(text).toContain("counts       500 coins, 12.5 % of the table of epoch 10");
  expect(text).not.toMatch(/^(waits|leaves|jailed|slashed)/m);
  expect(text).toContain("paid 32 epochs after it has left the table (16 min)");
});

test("what is bonded, withdrawn or slashed is told apart", () => {
  const more = { ...validator, bonded: coins(700), weight: "0", sharePpm: 0 };
  const waiting = showStake(more, validators, finality, same);
  expect(waiting).toContain("nothing in the table of epoch 10; 500 coins in the next table that is made");
  expect(waiting).toContain("waits        200 coins bonded, not counted yet: until the block that says so is final");

  const paidAtMs = Date.now() + 60_000;
  const unbonding = [
    { amount: coins(100), paidAtEpoch: null, paidAtMs: null },
    { amount: coins(50), paidAtEpoch: 44, paidAtMs },
  ];
  const less = { ...validator, bonded: coins(400), unbonding, jailedUntilEpoch: 50, slashed: coins(1) };
  const leaving = showStake(less, validators, finality, same);
  expect(leaving).toContain("waits        100 coins withdrawn, still counted");
  expect(leaving).toContain("leaves       100 coins, once the request is final");
  expect(leaving).toMatch(/leaves {7}50 coins, paid at epoch 44 \(in \d+ s\); it can be slashed until then/);
  expect(leaving).toContain("jailed       until epoch 50");
  expect(leaving).toContain("slashed      1 coin");
});

test("duties tell the slots, the vote, and that none is due in the first epoch", () => {
  const duties: Duties = {
    ...{ address: OWNER, signingKey: HASH, nowMs: 1_000_000, slot: 152, epoch: 10, knownToSlot: 164 },
    slots: [{ slot: 155, epoch: 10, timeMs: 1_006_000 }],
    vote: { epoch: 10, fromMs: 1_004_000, untilMs: 1_060_000, done: false },
  };
  expect(showDuties(duties, rules, same)).toContain("due in 4 s; it counts for another 60 s");
  expect(showDuties(duties, rules, same)).toMatch(/155 +10 +1970-01-01T00:16:46.000Z \(in 6 s\)/);
  expect(showDuties({ ...duties, slots: [], vote: { ...duties.vote!, done: true } }, rules, same)).toContain(
    "none drawn up to slot 164; later slots are drawn within 30 s",
  );
  expect(showDuties({ ...duties, vote: null }, rules, same)).toContain("none: it is in no table");
  expect(showDuties({ ...duties, epoch: 0, vote: null }, rules, same)).toContain("none in epoch 0");
});

test("who has a name is called by it; beside the address where there is room", () => {
  const nameOf = (): string => "dev-3";
  expect(showValidators(validators, finality, nameOf)).toMatch(/^dev-3 {2}active/m);
  expect(showStake(validator, validators, finality, nameOf)).toContain(`dev-3, ${OWNER}`);
});

test("lists say what they list, also when it is nothing", () => {
  expect(showValidators(validators, finality, same)).toMatch(/tagon\w+ {2}active {2}500 coins {2}12\.5 % {2}7 of 8/);
  expect(showEvidence({ items: [] }, same)).toContain("no offence");
  const evidence = { type: "votes", first: "00", second: "01" } as const;
  const offence = { signingKey: HASH, validator: OWNER, epoch: 7, slot: null, what: "two votes", evidence };
  expect(showEvidence({ items: [offence] }, same)).toMatch(/1 {2}votes +7 {2}tagon\w+ {2}two votes/);
  const page = { items: [], nextFrom: null };
  expect(showEpochs(page, finality)).toContain("Everything up to block 119 is final.");
});
