/** What is final, in numbers and in words. */
import type { EpochPoint, Finality } from "#api/contract";
import { type Hash, toHex } from "#base";
import { showPoint } from "./show-block.ts";
import { ppmOf, type ShowingStake } from "./show-stake.ts";
import type { FinalityFacts } from "./stake-ports.ts";

/** An ordinary checkpoint is final before the second epoch after its own is over. */
const ORDINARY_EPOCHS_BEHIND = 2;
const MAJORITY_PPM = 666_667;
const CHAIN_DIGITS = 16;

export function showFinality({ stake }: ShowingStake, chainId: Hash): Finality {
  const facts = stake.finality();
  const { slot, epoch } = stake.now();
  const { votes, finalized } = facts;
  const epochsBehind = Math.max(0, epoch - finalized.epoch);
  const participationPpm = ppmOf(votes.votedAtoms, votes.totalAtoms);
  const state = epochsBehind <= ORDINARY_EPOCHS_BEHIND ? (finalized.epoch === 0 ? "beginning" : "moving") : "stalled";
  const why = explain({ facts, state, epoch, epochsBehind, participationPpm, leakEpochs: stake.rules.leakEpochs });
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
  readonly participationPpm: number;
  readonly leakEpochs: number;
}

function explain({ facts, state, epoch, epochsBehind, participationPpm, leakEpochs }: Standing): string {
  const { votes, finalized, head } = facts;
  const share = `${Math.floor(participationPpm / 10_000)} %`;
  if (state === "beginning")
    return "The chain is young: the first checkpoint that two thirds vote for becomes final when the one after it has two thirds too.";
  if (state === "moving")
    return `Everything up to block ${finalized.height} is final: two thirds of the stake voted for it and for the checkpoint after it. For epoch ${votes.epoch}, ${share} have voted so far.`;
  const since = `Nothing has become final for ${epochsBehind} epochs, since block ${finalized.height}`;
  if (votes.epoch < epoch - 1)
    return `${since}: there has been no block since epoch ${votes.epoch} (block ${head.height}), so no vote either.`;
  const leak = `After ${leakEpochs} epochs without finality those who do not vote leave the tables.`;
  if (participationPpm < MAJORITY_PPM)
    return `${since}: for epoch ${votes.epoch} only ${share} of the stake have voted, and it takes two thirds. ${leak}`;
  return `${since}: for epoch ${votes.epoch}, ${share} have voted, which is enough again; two checkpoints in a row make the first of them final.`;
}

function showEpochPoint(point: FinalityFacts["justified"]): EpochPoint {
  return { epoch: point.epoch, ...showPoint(point) };
}
