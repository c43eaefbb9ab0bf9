/** What is final, in numbers and in words. */
import type { EpochPoint, Finality } from "#api/contract";
import { type Hash, toHex } from "#base";
import { showPoint } from "./show-block.ts";
import { ppmOf, type ShowingStake } from "./show-stake.ts";
import type { FinalityFacts, VoteCount } from "./stake-ports.ts";

/** An ordinary checkpoint is final before the second epoch after its own is over. */
const ORDINARY_EPOCHS_BEHIND = 2;
const CHAIN_DIGITS = 16;

export async function showFinality({ stake }: ShowingStake, chainId: Hash): Promise<Finality> {
  const facts = await stake.finality();
  const { slot, epoch } = stake.now();
  const { votes, finalized } = facts;
  const epochsBehind = Math.max(0, epoch - finalized.epoch);
  const participationPpm = ppmOf(votes.votedAtoms, votes.totalAtoms);
  const state = epochsBehind <= ORDINARY_EPOCHS_BEHIND ? (finalized.epoch === 0 ? "beginning" : "moving") : "stalled";
  const why = explain({ facts, state, epoch, epochsBehind, leakEpochs: stake.rules.leakEpochs });
  return {
    slot,
    epoch,
    head: showPoint(facts.head),
    justified: showEpochPoint(facts.justified),
    finalized: showEpochPoint(finalized),
    epochsBehind,
    votes: {
      epoch: votes.epoch,
      voted: String(votes.votedAtoms),
      total: String(votes.totalAtoms),
      participationPpm,
    },
    state,
    why,
    checkpoint: `${finalized.height}:${toHex(finalized.id)}@${toHex(chainId).slice(0, CHAIN_DIGITS)}`,
  };
}

interface Standing {
  readonly facts: FinalityFacts;
  readonly state: Finality["state"];
  /** Of the clock. */
  readonly epoch: number;
  readonly epochsBehind: number;
  readonly leakEpochs: number;
}

function explain({ facts, state, epoch, epochsBehind, leakEpochs }: Standing): string {
  const { votes, finalized, head } = facts;
  if (state === "beginning")
    return "The chain is young: the first checkpoint that two thirds vote for becomes final when the one after it has two thirds too.";
  if (state === "moving")
    return `Everything up to block ${finalized.height} is final: two thirds of the stake voted for it, and for the checkpoint after it.`;
  const since = `Nothing has become final for ${epochsBehind} epochs, since block ${finalized.height}`;
  if (votes.epoch < epoch - 1)
    return `${since}: there has been no block since epoch ${votes.epoch} (block ${head.height}), so no vote either.`;
  const leak = `After ${leakEpochs} epochs without finality those who do not vote leave the tables.`;
  if (isEnough(votes))
    return `${since}: for epoch ${votes.epoch}, ${shareOf(votes)} have voted, which is enough again; two checkpoints in a row make the first of them final.`;
  // The votes of the head's epoch are still coming in.
  const told = facts.votesBefore ?? votes;
  return isEnough(told)
    ? `${since}: for epoch ${told.epoch}, ${shareOf(told)} have voted, and for epoch ${votes.epoch} so far ${shareOf(votes)}; two checkpoints in a row make the first of them final.`
    : `${since}: for epoch ${told.epoch} only ${shareOf(told)} of the stake have voted, and it takes two thirds. ${leak}`;
}

function isEnough({ votedAtoms, totalAtoms }: VoteCount): boolean {
  return totalAtoms > 0n && 3n * votedAtoms >= 2n * totalAtoms;
}

function shareOf({ votedAtoms, totalAtoms }: VoteCount): string {
  return `${Math.floor(ppmOf(votedAtoms, totalAtoms) / 10_000)} %`;
}

function showEpochPoint(point: FinalityFacts["justified"]): EpochPoint {
  return { epoch: point.epoch, ...showPoint(point) };
}
