/** What finality waits for, in words: which votes, how many of how many, until when (STAKE-10, STAKE-11, STAKE-22). */
import type { EpochInfo, Finality, StakeRules } from "#api/contract";
import { ATOMS_PER_COIN } from "#model";
import { formatCount } from "../ui/format.ts";
import { formatDuration } from "./words.ts";

export type EpochRules = Pick<StakeRules, "slotMs" | "epochSlots">;

/** Goes on after "waits for": which votes are next, and what they will make final. */
export function describeWait(finality: Finality, rules: EpochRules): readonly string[] {
  const { votes, justified, finalized, epoch: now } = finality;
  if (now > votes.epoch + 1)
    return [
      `a block: there has been none since epoch ${formatCount(votes.epoch)}, and votes are counted in blocks.`,
      "Then two epochs in a row must have two thirds of the votes.",
    ];
  const isDone = justified.epoch >= votes.epoch;
  const epoch = isDone ? votes.epoch + 1 : votes.epoch;
  const votesNeeded = isDone ? waitForVoting(epoch, finality, rules) : waitForVotes(finality, rules);
  return [...votesNeeded, outcomeOf(epoch, justified, finalized, isDone)];
}

/** The votes of the head's epoch are enough: those of the next one are waited for. */
function waitForVoting(epoch: number, finality: Finality, rules: EpochRules): readonly string[] {
  const { justified } = finality;
  const done =
    justified.epoch === 0
      ? "the first epoch has nothing to vote for"
      : `epoch ${formatCount(justified.epoch)} has its two thirds`;
  return [`the votes of epoch ${formatCount(epoch)}, due ${dueText(epoch, finality, rules)}: ${done}.`];
}

function waitForVotes(finality: Finality, rules: EpochRules): readonly string[] {
  const { votes, slot } = finality;
  const epoch = formatCount(votes.epoch);
  const voted = BigInt(votes.voted);
  const missing = missingAtoms(voted, BigInt(votes.total));
  if (missing === 0n)
    return [
      `more votes: two thirds of the stake have voted in epoch ${epoch}, and it takes two thirds of the stake from before the last change of the validators, too.`,
    ];
  const needed = `the votes of ${coins(missing, "up")} more coins in epoch ${epoch}: so far ${coins(voted, "down")} of the ${coins(voted + missing, "up")} that it takes have voted.`;
  if (slot < dueSlot(votes.epoch, rules)) return [needed, `They are due ${dueText(votes.epoch, finality, rules)}.`];
  return [
    needed,
    `They count until epoch ${formatCount(votes.epoch + 1)} ends, in about ${durationTo((votes.epoch + 2) * rules.epochSlots, finality, rules)}.`,
  ];
}

/** @param isDone what is justified was so before `epoch` began */
function outcomeOf(
  epoch: number,
  justified: Finality["justified"],
  finalized: Finality["finalized"],
  isDone: boolean,
): string {
  if (justified.epoch !== epoch - 1 || justified.epoch <= finalized.epoch)
    return `With two thirds its checkpoint is justified, and final when those of epoch ${formatCount(epoch + 1)} follow.`;
  const block = `block ${formatCount(justified.height)}`;
  return isDone
    ? `With two thirds of them ${block} is final.`
    : `With them ${block} is final, if epoch ${formatCount(justified.epoch)} had its two thirds before epoch ${formatCount(epoch)} began.`;
}

/** An epoch without two thirds: what it lacks, or that it is too late for it. */
export function describeOpen({ epoch, startMs, endMs, checkpoint, voted, total }: EpochInfo, nowMs: number): string {
  if (checkpoint === null) return "it has not begun";
  const missing = missingAtoms(BigInt(voted), BigInt(total));
  const untilMs = endMs + (endMs - startMs);
  if (nowMs >= untilMs) return "it did not get two thirds of the votes in time; a later one makes it final with itself";
  if (missing === 0n)
    return "its checkpoint has two thirds of the votes, but not yet of the stake before the last change";
  return `its checkpoint lacks the votes of ${coins(missing, "up")} coins for two thirds; they count until epoch ${formatCount(epoch + 1)} ends, in about ${formatDuration(untilMs - nowMs)}`;
}

/** Of two thirds. */
function missingAtoms(voted: bigint, total: bigint): bigint {
  const needed = (2n * total + 2n) / 3n;
  return voted < needed ? needed - voted : 0n;
}

/** The first in which voters vote. */
function dueSlot(epoch: number, { epochSlots }: EpochRules): number {
  return epoch * epochSlots + Math.floor(epochSlots / 3);
}

function dueText(epoch: number, finality: Finality, rules: EpochRules): string {
  const slot = dueSlot(epoch, rules);
  return finality.slot < slot ? `in about ${durationTo(slot, finality, rules)}` : "now";
}

function durationTo(slot: number, finality: Finality, { slotMs }: EpochRules): string {
  return formatDuration((slot - finality.slot) * slotMs);
}

function coins(atoms: bigint, to: "down" | "up"): string {
  return formatCount(Number((atoms + (to === "up" ? ATOMS_PER_COIN - 1n : 0n)) / ATOMS_PER_COIN));
}
