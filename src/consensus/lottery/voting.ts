/** Votes: when to give one, which to keep, and which a block may hold (rules STAKE-9, STAKE-10, STAKE-22 and STAKE-23). */
import { assertInvariant, blameNobody, blameSender, type Fault, type Key, ok, toHex } from "#base";
import { MAX_BLOCK_VOTES, type Vote, voteMessage } from "#model";
import type { Duty, Standing, Verdict, Voting } from "../engine.ts";
import { createVoteCount, type VoteCount } from "./count-votes.ts";
import { enterEpoch } from "./enter-epoch.ts";
import type { LotteryData, LotterySnapshot } from "./snapshot.ts";
import { hasVoted, isSameCheckpoint, type Tally, targetOf, type Voter, voterOf } from "./tally.ts";
import { knownTable, type LotteryWorld, tablesOf } from "./world.ts";

export function createVoting(world: LotteryWorld): Voting<LotteryData> {
  return {
    standing: (key, head) => standingOf(world, key, head),
    duty: (head, { key }, nowMs) => dutyOf(world, head, key, nowMs),
    admit: (vote, head, nowMs) => admit(world, vote, head, nowMs),
    check(votes, timeMs, parent) {
      if (votes.length === 0) return ok(undefined);
      const data = enteredAt(world, timeMs, parent);
      assertInvariant(data !== null, "the votes of a block were checked before its header");
      const count = createVoteCount(world, data);
      for (const vote of votes) {
        const taken = count.take(vote);
        if (!taken.ok) return taken;
      }
      return ok(undefined);
    },
    choose(votes, timeMs, parent) {
      const data = enteredAt(world, timeMs, parent);
      return data === null ? [] : chooseVotes(createVoteCount(world, data), votes);
    },
  };
}

/** Those that count, the heaviest first. */
function chooseVotes(count: VoteCount, votes: Iterable<Vote>): readonly Vote[] {
  const chosen: { readonly vote: Vote; readonly weight: bigint }[] = [];
  for (const vote of votes) {
    const taken = count.take(vote);
    if (taken.ok) chosen.push({ vote, weight: taken.value });
  }
  chosen.sort((a, b) => (a.weight < b.weight ? 1 : a.weight > b.weight ? -1 : 0));
  return chosen.slice(0, MAX_BLOCK_VOTES).map(({ vote }) => vote);
}

/** The tallies that a block of this time on `parent` adds to; null while its table is not known. */
function enteredAt(world: LotteryWorld, timeMs: number, parent: LotterySnapshot): LotteryData | null {
  const epoch = world.slots.epochOf(world.slots.slotAt(timeMs));
  return world.eligibility.tableOf(epoch, parent) === null ? null : enterEpoch(world, parent, epoch);
}

/** The tally of an epoch, seen from the head; null where the head is of another branch's time, or the table not known. */
function tallyOf(world: LotteryWorld, head: LotterySnapshot, epoch: number): Tally | null {
  const { tally, previous } = head.data;
  if (epoch <= tally.epoch) return [tally, previous].find((each) => each?.epoch === epoch) ?? null;
  return world.eligibility.tableOf(epoch, head) === null ? null : enterEpoch(world, head, epoch).tally;
}

function voterIn({ tables }: LotteryWorld, tally: Tally, key: Key): Voter | null {
  return voterOf(tally, tablesOf(tables, tally), key);
}

function dutyOf(world: LotteryWorld, head: LotterySnapshot, key: Key, nowMs: number): Duty {
  const { slots, eligibility, chainId } = world;
  const slot = slots.slotAt(nowMs);
  // Genesis is justified for epoch 0: nothing leads to it.
  const epoch = Math.max(1, slots.epochOf(slot));
  const laterIn = (from: number): Duty => ({ kind: "later", atMs: slots.startMs(slots.voteSlot(from)) });
  if (epoch < head.data.tally.epoch) return laterIn(head.data.tally.epoch);
  const tally = tallyOf(world, head, epoch);
  const voter = tally === null ? null : voterIn(world, tally, key);
  if (tally === null || voter === null) {
    const next = eligibility.tableOf(epoch + 1, head);
    const isOut = next !== null && next.main.indexOf(key) < 0;
    return isOut ? { kind: "never", why: notInTables(key) } : laterIn(epoch + 1);
  }
  if (slot < slots.voteSlot(epoch)) return laterIn(epoch);
  if (hasVoted(tally, voter)) return laterIn(epoch + 1);
  const vote = { ...linkOf(tally), key };
  const guard = { domain: "vote", source: vote.source.epoch, target: epoch } as const;
  const message = voteMessage(chainId, vote);
  return { kind: "now", vote, job: { kind: "sign", message, key, guard, seal: (signature) => signature.slice() } };
}

function standingOf(world: LotteryWorld, key: Key, head: LotterySnapshot): Standing {
  const { tally, next } = head.data;
  const voter = voterIn(world, tally, key);
  if (voter === null) return "out";
  if (voter.isFormer) return "former";
  const later = next === null || world.rules.formerEpochs === 0 ? null : knownTable(world.tables, next);
  const leaves = later !== null && !later.table.leaked && later.main.indexOf(key) < 0;
  return leaves ? "leaves" : "in";
}

export function notInTables(key: Key): string {
  return `the key ${toHex(key)} is in the table of neither this epoch nor the next`;
}

function admit(world: LotteryWorld, vote: Vote, head: LotterySnapshot, nowMs: number): Verdict {
  const { slots, tables, rules } = world;
  const { epoch } = vote.target;
  const fault = (refused: Fault): Verdict => ({ kind: "fault", fault: refused });
  if (vote.source.epoch >= epoch) return fault(blameSender("vote-source", { epoch: vote.source.epoch }));
  const clockEpoch = slots.epochOf(slots.slotAt(nowMs));
  if (epoch < clockEpoch - 1) return fault(blameNobody("vote-stale", { epoch, clockEpoch }));
  // A receiver's clock may be behind, but not by an epoch.
  if (epoch > clockEpoch + 1) return fault(blameSender("vote-target", { epoch, clockEpoch }));
  const untilMs = slots.startMs(slots.firstSlot(epoch)) - rules.maxAheadMs;
  if (untilMs > nowMs) return { kind: "wait", why: "too-early", untilMs };
  const tally = tallyOf(world, head, epoch);
  const link = tally === null ? null : linkOf(tally);
  const isOurs =
    link !== null && isSameCheckpoint(vote.target, link.target) && isSameCheckpoint(vote.source, link.source);
  if (tally !== null && isOurs)
    return voterIn(world, tally, vote.key) === null ? fault(blameSender("vote-stranger", { epoch })) : { kind: "ok" };
  const { data } = head;
  const hashes = [data.previous?.current, data.before, data.current, data.next];
  const views = hashes.map((hash) => (hash == null ? null : tables.load(hash)));
  const isVoter = views.some((view) => view !== null && view.main.indexOf(vote.key) >= 0);
  // On another branch the tables may be others, and may be still to come.
  return isVoter ? { kind: "wait", why: "needs-state" } : fault(blameNobody("vote-stranger", { epoch }));
}

/** What a voter of the tally's epoch names. */
function linkOf(tally: Tally): Pick<Vote, "source" | "target"> {
  return { source: tally.source, target: targetOf(tally) };
}
