/** Validators, duties, epochs and offences as the wire has them. */
import type {
  Duties,
  EpochInfo,
  FoundOffence,
  StakeRules,
  Validator,
  ValidatorPerformance,
  ValidatorState,
  Validators,
} from "#api/contract";
import { toHex } from "#base";
import { formatAddress } from "#crypto";
import { showPoint } from "./show-block.ts";
import { showOwner } from "./show-draw.ts";
import type {
  DutyFacts,
  EpochFacts,
  OffenceFacts,
  SlotFacts,
  StakeFacts,
  StakeReads,
  TrackRecord,
  ValidatorFacts,
} from "./stake-ports.ts";

const MILLION = 1_000_000n;

export interface ShowingStake {
  readonly stake: StakeReads;
  /** Of the chain's addresses. */
  readonly prefix: string;
}

export function showValidators(showing: ShowingStake, facts: StakeFacts): Validators {
  const { slot, epoch } = showing.stake.now();
  const heaviest = facts.validators.toSorted(
    (a, b) => compare(b.weightAtoms, a.weightAtoms) || compare(b.bondedAtoms, a.bondedAtoms),
  );
  return {
    block: showPoint(facts.at),
    slot,
    epoch,
    total: String(facts.totalAtoms),
    bonded: String(facts.validators.reduce((sum, one) => sum + one.bondedAtoms, 0n)),
    voterPool: String(facts.voterPoolAtoms),
    rules: showRules(showing.stake),
    items: heaviest.map((one) => showValidator(showing, facts, one)),
  };
}

export function showValidator({ stake, prefix }: ShowingStake, facts: StakeFacts, one: ValidatorFacts): Validator {
  const state = stateOf(one, facts.headEpoch);
  return {
    address: formatAddress(one.owner, prefix),
    signingKey: toHex(one.signingKey),
    onionTip: toHex(one.nextOnion?.tip ?? one.onionTip),
    state,
    why: sentenceOf(state, one),
    bonded: String(one.bondedAtoms),
    active: String(one.activeAtoms),
    weight: String(one.weightAtoms),
    sharePpm: ppmOf(one.weightAtoms, facts.totalAtoms),
    unbonding: one.unbonding.map(({ amountAtoms, paidAtEpoch }) => ({
      amount: String(amountAtoms),
      paidAtEpoch,
      paidAtMs: paidAtEpoch === null ? null : epochStartMs(stake, paidAtEpoch),
    })),
    jailedUntilEpoch: one.jailedUntilEpoch > facts.headEpoch ? one.jailedUntilEpoch : null,
    lastVoteEpoch: one.votes === 0 ? null : one.lastVoteEpoch,
    blocks: one.blocks,
    votes: one.votes,
    slashed: String(one.slashedAtoms),
    performance: showPerformance(one.record),
  };
}

function stateOf(one: ValidatorFacts, headEpoch: number): ValidatorState {
  if (one.jailedUntilEpoch > headEpoch) return "jailed";
  if (one.leaked) return "leaked";
  if (one.bondedAtoms === 0n) return one.unbonding.length > 0 || one.weightAtoms > 0n ? "leaving" : "gone";
  return one.weightAtoms > 0n ? "active" : "waiting";
}

function sentenceOf(state: ValidatorState, one: ValidatorFacts): string {
  switch (state) {
    case "active":
      return one.activeAtoms < one.bondedAtoms
        ? "it is drawn and votes; a part of its bond waits to be final"
        : "it is drawn and votes";
    case "waiting":
      return "its bond counts once the block that made it is final, from the table after the next on";
    case "leaving":
      return "all of its bond is on its way out, and can still be slashed until it is paid";
    case "jailed":
      return `an offence was proven: it is in no table before epoch ${one.jailedUntilEpoch}`;
    case "leaked":
      return "it did not vote while nothing became final, and left the tables; a bond, even of 0, brings it back";
    case "gone":
      return "nothing of it is bonded any more";
  }
}

function showPerformance(record: TrackRecord): ValidatorPerformance {
  const { blockRewardAtoms, voteRewardAtoms, reportRewardAtoms } = record;
  return {
    fromEpoch: record.fromEpoch,
    epochs: record.epochs,
    slots: record.slots,
    proposed: record.proposed,
    missed: record.slots - record.proposed,
    votable: record.votable,
    voted: record.voted,
    recent: record.recent.map(({ slot, epoch, block }) => ({
      slot,
      epoch,
      block: block === null ? null : showPoint(block),
    })),
    recentVotes: record.recentVotes.map((one) => ({ ...one })),
    rewards: {
      blocks: String(blockRewardAtoms),
      votes: String(voteRewardAtoms),
      reports: String(reportRewardAtoms),
      total: String(blockRewardAtoms + voteRewardAtoms + reportRewardAtoms),
    },
  };
}

function showRules({ rules }: StakeReads): StakeRules {
  const { minBondAtoms, ...numbers } = rules;
  return { ...numbers, epochMs: rules.slotMs * rules.epochSlots, minBond: String(minBondAtoms) };
}

export function showDuties({ stake }: ShowingStake, address: string, duties: DutyFacts): Duties {
  const { nowMs, slot, epoch } = stake.now();
  const { epochSlots } = stake.rules;
  const { vote } = duties;
  return {
    address,
    signingKey: toHex(duties.signingKey),
    nowMs,
    slot,
    epoch,
    knownToSlot: duties.knownToSlot,
    slots: duties.slots.map((at) => ({
      slot: at,
      epoch: Math.floor(at / epochSlots),
      timeMs: stake.slotStartMs(at),
    })),
    vote:
      vote === null
        ? null
        : {
            epoch: vote.epoch,
            fromMs: stake.slotStartMs(vote.fromSlot),
            untilMs: epochStartMs(stake, vote.epoch + 2),
            done: vote.done,
          },
  };
}

export function showEpoch({ stake, prefix }: ShowingStake, facts: EpochFacts): EpochInfo {
  const { epoch, slots } = facts;
  const count = (state: SlotFacts["state"]): number => slots.filter((slot) => slot.state === state).length;
  return {
    epoch,
    firstSlot: epoch * stake.rules.epochSlots,
    startMs: epochStartMs(stake, epoch),
    endMs: epochStartMs(stake, epoch + 1),
    isPresent: epoch === stake.now().epoch,
    checkpoint: facts.checkpoint === null ? null : showPoint(facts.checkpoint),
    state: facts.state,
    voted: String(facts.votedAtoms),
    total: String(facts.totalAtoms),
    participationPpm: ppmOf(facts.votedAtoms, facts.totalAtoms),
    blocks: count("made"),
    missedSlots: count("missed"),
    slots: slots.map(({ slot, state, leader, block }) => ({
      slot,
      timeMs: stake.slotStartMs(slot),
      state,
      leader: showOwner(leader, prefix),
      block: block === null ? null : showPoint(block),
    })),
  };
}

export function showOffence({ prefix }: ShowingStake, offence: OffenceFacts): FoundOffence {
  const { type, epoch, slot } = offence;
  return {
    signingKey: toHex(offence.signingKey),
    validator: showOwner(offence.validator, prefix),
    epoch,
    slot,
    what:
      type === "blocks"
        ? `two blocks in slot ${slot ?? "?"}`
        : `two votes that contradict each other, up to epoch ${epoch}`,
    evidence: { type, first: toHex(offence.first), second: toHex(offence.second) },
  };
}

export function ppmOf(part: bigint, whole: bigint): number {
  return whole === 0n ? 0 : Number((part * MILLION) / whole);
}

function epochStartMs(stake: StakeReads, epoch: number): number {
  return stake.slotStartMs(epoch * stake.rules.epochSlots);
}

function compare(a: bigint, b: bigint): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
