/** Whoever produces and whoever verifies come to the same, over random histories with absent leaders and lost votes. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Random, seededRandom } from "#base";
import { createEpochTable, type EpochTable, encodeHeader } from "#model";
import { tableMemory } from "../../../test/support/stake.ts";
import { createStakeLine } from "../../../test/support/stake-line.ts";
import type { Snapshot } from "../engine.ts";
import { engineFor } from "../engine-for.ts";
import type { LotterySnapshot } from "./snapshot.ts";
import type { Tally } from "./tally.ts";

const WEIGHTS = [40n, 20n, 15n, 10n, 5n, 5n, 5n];

function randomTable({ signers }: ReturnType<typeof createStakeLine>, random: Random): EpochTable {
  const entries = signers
    .map(({ me }) => ({ key: me.key, weight: BigInt(random.below(50)) }))
    .filter(({ weight }) => weight > 0n)
    .sort((a, b) => Buffer.compare(a.key, b.key));
  return createEpochTable(entries.length === 0 ? [{ key: signers[0]!.me.key, weight: 1n }] : entries, {
    leaked: random.below(4) === 0,
  });
}

/** The sums of a tally follow from its bits. */
function expectSums(tally: Tally | null, load: (hash: Tally["current"]) => EpochTable | null): void {
  if (tally === null) return;
  const [current, before] = [load(tally.current)!, load(tally.before)!];
  const voters = current.entries.filter((_, i) => ((tally.voted[i >>> 3] ?? 0) & (1 << (i & 7))) !== 0);
  expect(tally.sum).toBe(voters.reduce((sum, { weight }) => sum + weight, 0n));
  const weightBefore = (key: Uint8Array) =>
    before.entries.find((entry) => Buffer.compare(entry.key, key) === 0)?.weight;
  const former = before.entries.filter((_, i) => ((tally.votedFormer[i >>> 3] ?? 0) & (1 << (i & 7))) !== 0);
  for (const { key } of former)
    expect(current.entries.some((entry) => Buffer.compare(entry.key, key) === 0)).toBe(false);
  const counted = [...voters, ...former];
  expect(tally.sumBefore).toBe(counted.reduce((sum, { key }) => sum + (weightBefore(key) ?? 0n), 0n));
}

function runHistory(seed: number): void {
  const random = seededRandom(seed);
  const line = createStakeLine(WEIGHTS, { engine: { epochSlots: 6 } });
  const memory = tableMemory(line.spec);
  const verifier = engineFor(line.spec, line.chainId, memory);
  const { engine, lottery, voting } = line;
  const genesis = line.genesis();
  const load = (hash: Tally["current"]) => line.memory.load(hash) ?? lottery.tables(genesis).current;
  let [produced, verified]: Snapshot[] = [genesis, genesis] as [Snapshot, Snapshot];
  const pool: Parameters<typeof voting.choose>[0] extends Iterable<infer V> ? V[] : never = [];
  const tables = [lottery.tables(genesis).current, randomTable(line, random), randomTable(line, random)];
  for (let slot = 1; slot < 90; slot++) {
    const nowMs = lottery.slotStartMs(slot);
    const isAbsent = random.below(4) === 0 || (slot > 30 && slot < 30 + random.below(20));
    for (const { me, sign } of line.signers) {
      const duty = voting.duty(produced!, me, nowMs);
      expect(verifier.voting!.duty(verified!, me, nowMs)).toEqual({
        ...duty,
        ...(duty.kind === "now" ? { job: expect.anything() } : {}),
      });
      if (duty.kind !== "now" || random.below(5) === 0) continue;
      const vote = { ...duty.vote, signature: sign(duty.job.message) };
      expect(voting.admit(vote, produced!, nowMs)).toEqual({ kind: "ok" });
      pool.push(vote);
    }
    const turns = line.signers.filter(({ me }) => engine.turn(produced!, me, nowMs).kind === "now");
    expect(turns).toHaveLength(1);
    if (isAbsent) continue;
    const block = line.seal(produced!, slot, { signer: turns[0]! });
    const votes = voting.choose(pool, nowMs, produced!);
    const orders = engine.orders(block.header, produced!);
    const table = tables[random.below(tables.length)]!;
    const parsed = verifier.parse(block.header);
    if (!parsed.ok) throw new Error(parsed.error.code);
    expect(verifier.checkSeal(parsed.value).ok).toBe(true);
    expect(verifier.checkOnParent(parsed.value, verified!, nowMs)).toEqual({ kind: "ok" });
    expect(verifier.voting!.check(votes, nowMs, verified!)).toEqual({ ok: true, value: undefined });
    expect(verifier.orders(block.header, verified!)).toEqual(orders);
    const parent = produced!;
    produced = engine.advance(parent, block, { votes }, line.memory.execute(orders, table));
    // As at a start: from bytes, with nothing in memory that the producer has.
    const restored = verifier.decodeSnapshot(verifier.encodeSnapshot(verified!));
    verified = verifier.advance(restored, parsed.value, { votes }, memory.execute(orders, table));
    expect(verified).toEqual(produced);
    expect(encodeHeader(parsed.value.header)).toEqual(encodeHeader(block.header));
    const { tally, previous } = (produced as LotterySnapshot).data;
    for (const each of [tally, previous]) expectSums(each, load);
    expect(produced.finalized.epoch).toBeGreaterThanOrEqual(parent.finalized.epoch);
    expect(produced.justified.epoch).toBeGreaterThanOrEqual(parent.justified.epoch);
    expect(produced.finalized.epoch).toBeLessThanOrEqual(produced.justified.epoch);
  }
}

test("producer and verifier agree, and tallies are the sums of their votes", () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), runHistory), { numRuns: 4 });
});
