/** What the leader and the voters of a block leave in their records (rules STAKE-7, STAKE-12, STAKE-16 and STAKE-23). */
import { assertInvariant, blameSender, equalBytes, type Fault } from "#base";
import { onionLayer } from "#crypto";
import type { BlockOrders, Vote } from "#model";
import type { StakeContext } from "./stake-context.ts";
import { isJailed, type StakeState } from "./stake-state.ts";
import { FIELD, PART } from "./validator-fields.ts";

/** The reveal continues the leader's onion and becomes its tip. On a fault nothing has changed. */
export function recordLeader(stake: StakeState, { leader, reveal, epoch }: BlockOrders): Fault | null {
  const number = stake.numberOfSigner(leader);
  if (number < 0) return blameSender("leader-unknown");
  if (isJailed(stake, number, epoch))
    return blameSender("leader-jailed", { untilEpoch: stake.int(number, FIELD.jailedUntilEpoch) });
  if (!equalBytes(onionLayer(reveal), stake.part(number, PART.onionTip))) return blameSender("reveal-wrong");
  stake.setPart(number, PART.onionTip, reveal);
  stake.set(number, FIELD.blocks, stake.get(number, FIELD.blocks) + 1n);
  return null;
}

/**
 * Of each voter the latest epoch that it voted for, and how many those were.
 * On a fault something may have changed.
 */
export function recordVotes({ stake, engine }: StakeContext, votes: readonly Vote[], epoch: number): Fault | null {
  for (const { key, target } of votes) {
    const number = stake.numberOfSigner(key);
    assertInvariant(number >= 0, "the engine let a vote pass whose key was never bonded");
    if (!mayVote({ stake, engine }, number, epoch))
      return blameSender("vote-jailed", { untilEpoch: stake.int(number, FIELD.jailedUntilEpoch) });
    if (target.epoch <= stake.int(number, FIELD.lastVoteEpoch)) continue;
    stake.set(number, FIELD.lastVoteEpoch, BigInt(target.epoch));
    stake.set(number, FIELD.votes, stake.get(number, FIELD.votes) + 1n);
  }
  return null;
}

/** Nobody in jail, on a chain with rule STAKE-23. */
export function mayVote(
  { stake, engine }: Pick<StakeContext, "stake" | "engine">,
  number: number,
  epoch: number,
): boolean {
  return (engine.formerEpochs ?? 0) === 0 || !isJailed(stake, number, epoch);
}
