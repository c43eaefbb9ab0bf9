/** Draws and votes among 10,000 validators: what the engine does for a slot, a header and a block, without a ledger. */
import { InvariantError } from "#base";
import type { Snapshot } from "#consensus";
import { verifySignature } from "#crypto";
import { createEpochTable, decodeEpochTable, type EpochTable, encodeEpochTable, type Vote, voteMessage } from "#model";
import { createStakeLine, type StakeLine } from "../support/stake-line.ts";
import { type BenchOptions, type BenchRow, medianOf } from "./bench-row.ts";

const VALIDATORS = 10_000;
const VOTES = 200;
const EPOCH = 15;
const SLOTS = 1_000;

export async function run({ quick, report }: BenchOptions): Promise<readonly BenchRow[]> {
  report(`${VALIDATORS} validators`);
  const weights = Array.from({ length: VALIDATORS }, (_, i) => 10n ** 12n + BigInt(i));
  const line = createStakeLine(weights, { engine: { epochSlots: EPOCH, maxValidators: 10_240 } });
  const rounds = quick ? 3 : 30;
  return [...measureDraws(line, rounds), ...measureHeaders(line, rounds), ...measureVotes(line, rounds)];
}

function measureDraws(line: StakeLine, rounds: number): readonly BenchRow[] {
  const parent = line.genesis();
  const draw = timesOf(rounds, () => {
    for (let slot = 1; slot <= SLOTS; slot++) line.lottery.leaderOf(slot, parent);
  });
  const { entries } = line.lottery.tables(parent).current;
  const block = line.seal(parent, EPOCH);
  const firsts = Array.from({ length: rounds }, (_, round) => {
    // A table that was never seen, as it comes from the disk.
    const table = createEpochTable([{ key: entries[0]!.key, weight: BigInt(round + 1) }, ...entries.slice(1)]);
    const bytes = encodeEpochTable(table);
    const read: EpochTable = decodeEpochTable(bytes);
    const outcomes = line.memory.execute(line.engine.orders(block.header, parent), read);
    const next = line.engine.advance(parent, block, { votes: [] }, outcomes);
    return timed(() => {
      decodeEpochTable(bytes);
      line.lottery.leaderOf(2 * EPOCH, next);
    });
  });
  return [
    { name: "slot drawn, 10,000 validators", value: medianOf(draw) / SLOTS, unit: "ms", goal: 2 },
    { name: "… the first with a table from the disk", value: medianOf(firsts), unit: "ms", goal: 5 },
  ];
}

function measureHeaders(line: StakeLine, rounds: number): readonly BenchRow[] {
  const parent = line.genesis();
  const block = line.seal(parent, 3);
  const farMs = line.lottery.slotStartMs(1_000);
  const checks = timesOf(10 * rounds, () => {
    // A header of its own, or else the verdict on its seal is remembered.
    const parsed = line.engine.parse({ ...block.header });
    if (!parsed.ok || !line.engine.checkSeal(parsed.value).ok) throw new InvariantError("a seal does not hold");
    const verdict = line.engine.checkOnParent(parsed.value, parent, farMs);
    if (verdict.kind !== "ok") throw new InvariantError("a header does not fit its parent");
  });
  return [{ name: "header checked, seal and leader", value: medianOf(checks), unit: "ms" }];
}

function measureVotes(line: StakeLine, rounds: number): readonly BenchRow[] {
  const first = line.extend(line.genesis(), EPOCH);
  const votes = votesOn(line, first);
  const block = line.seal(first, EPOCH + 1);
  const { timeMs } = block.header;
  const engine = timesOf(rounds, () => {
    if (!line.voting.check(votes, timeMs, first).ok) throw new InvariantError("votes are refused");
    line.engine.advance(first, block, { votes }, []);
  });
  const signatures = timesOf(rounds, () => checkSignatures(line, votes));
  const whole = medianOf(engine) + medianOf(signatures);
  return [
    { name: "block with 200 votes, the engine's part", value: medianOf(engine), unit: "ms" },
    {
      ...{ name: "… with their signatures, one thread", value: whole, unit: "ms", goal: 20 },
      ...{ floor: medianOf(signatures), ratio: medianOf(signatures) / whole },
    },
    {
      name: "snapshot with 10,000 validators",
      value: line.engine.encodeSnapshot(line.engine.advance(first, block, { votes }, [])).length,
      unit: "bytes",
      goal: 4_096,
    },
  ];
}

/** By voters from all over the table. */
function votesOn({ voting, vote, lottery, signers }: StakeLine, head: Snapshot): readonly Vote[] {
  const duty = voting.duty(head, signers[0]!.me, lottery.slotStartMs(2 * EPOCH - 1));
  if (duty.kind !== "now") throw new InvariantError("nobody has to vote");
  const voters = Array.from({ length: VOTES }, (_, i) => (i * VALIDATORS) / VOTES);
  return vote(duty.vote, voters);
}

function checkSignatures({ chainId }: StakeLine, votes: readonly Vote[]): void {
  for (const vote of votes)
    if (!verifySignature(vote.signature, voteMessage(chainId, vote), vote.key))
      throw new InvariantError("a signature is false");
}

function timesOf(rounds: number, task: () => void): number[] {
  return Array.from({ length: rounds }, () => timed(task));
}

function timed(task: () => void): number {
  const start = performance.now();
  task();
  return performance.now() - start;
}
