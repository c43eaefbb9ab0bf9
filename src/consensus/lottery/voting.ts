/** Votes: when to give one, which to keep, and which a block may hold (rules STAKE-9, STAKE-10 and STAKE-22). */
import { assertInvariant, blameNobody, blameSender, type Fault, type Key, ok, toHex } from "#base";
import { MAX_BLOCK_VOTES, type Vote, voteMessage } from "#model";
import type { Duty, Verdict, Voting } from "../engine.ts";
import { createVoteCount, type VoteCount } from "./count-votes.ts";
import { enterEpoch } from "./enter-epoch.ts";
import type { LotteryData, LotterySnapshot } from "./snapshot.ts";
import { hasVoted, isSameCheckpoint, type Tally, targetOf } from "./tally.ts";
import type { LotteryWorld } from "./world.ts";

export function createVoting(world: LotteryWorld): Voting<LotteryData> {
  return {
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

/** Source and target that a voter of this epoch names, seen from the head; null where the head is of a later epoch. */
function linkOf(head: LotterySnapshot, epoch: number): Pick<Vote, "source" | "target"> | null {
  const { tally } = head.data;
  if (tally.epoch < epoch) return { source: head.justified, target: { epoch, id: head.id } };
  return tally.epoch === epoch ? { source: tally.source, target: targetOf(tally) } : null;
}

function dutyOf(world: LotteryWorld, head: LotterySnapshot, key: Key, nowMs: number): Duty {
  const { slots, eligibility, chainId } = world;
  const slot = slots.slotAt(nowMs);
  // Genesis is justified for epoch 0: nothing leads to it.
  const epoch = Math.max(1, slots.epochOf(slot));
  const laterIn = (from: number): Duty => ({ kind: "later", atMs: slots.startMs(slots.voteSlot(from)) });
  const link = linkOf(head, epoch);
  if (link === null) return laterIn(head.data.tally.epoch);
  const index = eligibility.tableOf(epoch, head)?.main.indexOf(key) ?? -1;
  if (index < 0) {
    const next = eligibility.tableOf(epoch + 1, head);
    const isOut = next !== null && next.main.indexOf(key) < 0;
    return isOut ? { kind: "never", why: notInTables(key) } : laterIn(epoch + 1);
  }
  if (slot < slots.voteSlot(epoch)) return laterIn(epoch);
  const isCounted = head.data.tally.epoch === epoch && hasVoted(head.data.tally, index);
  if (isCounted) return laterIn(epoch + 1);
  const vote = { ...link, key };
  const guard = { domain: "vote", source: link.source.epoch, target: epoch } as const;
  const message = voteMessage(chainId, vote);
  return { kind: "now", vote, job: { kind: "sign", message, key, guard, seal: (signature) => signature.slice() } };
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
  const { data } = head;
  const hashes = [data.previous?.current, data.current, data.next];
  const views = hashes.map((hash) => (hash == null ? null : tables.load(hash)));
  const isVoter = views.some((view) => view !== null && view.main.indexOf(vote.key) >= 0);
  const link = epoch === data.previous?.epoch ? linkOfTally(data.previous) : linkOf(head, epoch);
  const isOurs =
    link !== null && isSameCheckpoint(vote.target, link.target) && isSameCheckpoint(vote.source, link.source);
  if (!isVoter) {
    // On another branch the tables may be others, and may be still to come.
    return fault(isOurs ? blameSender("vote-stranger", { epoch }) : blameNobody("vote-stranger", { epoch }));
  }
  return isOurs ? { kind: "ok" } : { kind: "wait", why: "needs-state" };
}

function linkOfTally(tally: Tally): Pick<Vote, "source" | "target"> {
  return { source: tally.source, target: targetOf(tally) };
}
