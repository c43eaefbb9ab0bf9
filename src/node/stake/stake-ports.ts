/** What the API asks about validators, epochs and finality, answered from chain and engine. */
import type {
  BondRules,
  DrawFacts,
  DutyFacts,
  EpochFacts,
  FinalityFacts,
  SlotFacts,
  StakeFacts,
  StakeReads,
  VoteFacts,
} from "#api";
import { type Address, type BlockId, type Clock, equalBytes, type Key, toHex } from "#base";
import type { BlockEntry, Chain } from "#chain";
import type { LotteryView } from "#consensus";
import type { StakeView } from "#ledger";
import { decodeSignedSeal, type EpochTable, type Evidence } from "#model";
import type { ChainSpec } from "#spec";
import { dividedIntoEpochs, type Epoch, votedAtoms } from "./epochs.ts";
import { openOffences } from "./offences.ts";
import { createKeyNumbers, createSeenBlocks, type KeyNumbers, missedBetween, type SeenBlocks } from "./seen-blocks.ts";
import { createTrackRecords } from "./track-records.ts";

export interface StakePortsParts {
  readonly chain: Chain;
  readonly clock: Clock;
  /** Seen by whoever watches over the votes and blocks that come in. */
  readonly offences: () => readonly Evidence[];
}

/** @returns null where nobody is drawn */
export function createStakeReads(parts: StakePortsParts): StakeReads | null {
  const { chain, clock } = parts;
  const { lottery, voting } = chain.engine;
  const rules = rulesOf(chain.spec);
  if (lottery === null || rules === null) return null;
  const keys = createKeyNumbers();
  const desk: Desk = { chain, lottery, clock, keys, seen: createSeenBlocks(chain, lottery, keys) };
  return {
    rules,
    now: () => {
      const nowMs = clock.nowMs();
      const slot = Math.max(0, lottery.slotAt(nowMs));
      return { nowMs, slot, epoch: lottery.epochOf(slot) };
    },
    slotStartMs: (slot) => lottery.slotStartMs(slot),
    validators: () => stakeFacts(desk),
    duties: (owner, count) => dutiesOf(desk, owner, count),
    epochs: (from, limit) => epochFacts(desk, from, limit),
    finality: () => finalityOf(desk),
    offences: () => openOffences(parts.offences(), chain),
    draw: ({ header }) => drawOf(desk, header),
    votes: (id) => (voting === null ? [] : votesOf(desk, id)),
  };
}

interface Desk {
  readonly chain: Chain;
  readonly lottery: LotteryView<unknown>;
  readonly clock: Clock;
  readonly keys: KeyNumbers;
  readonly seen: SeenBlocks;
}

function rulesOf({ engine }: ChainSpec): BondRules | null {
  if (!("unbondEpochs" in engine)) return null;
  const { slotMs, epochSlots, minBondAtoms, unbondEpochs, jailEpochs, leakEpochs } = engine;
  const { slashPpm, reportPpm, maxValidators } = engine;
  return {
    ...{ slotMs, epochSlots, minBondAtoms, unbondEpochs, jailEpochs, leakEpochs },
    ...{ slashPpm, reportPpm, maxValidators },
  };
}

function slotNow({ lottery, clock }: Desk): number {
  return Math.max(0, lottery.slotAt(clock.nowMs()));
}

function ownerOf(stake: StakeView | null, key: Key | null): Address | null {
  return key === null ? null : (stake?.validatorOf(key)?.owner ?? null);
}

/** The present slot is not over: its block may still come. */
async function epochsUpToNow(desk: Desk, head: BlockEntry): Promise<readonly Epoch[]> {
  const blocks = await desk.seen.upTo(head);
  const later = missedBetween(desk.lottery, desk.keys, head, slotNow(desk));
  return dividedIntoEpochs(blocks, later, desk.lottery.epochSlots);
}

async function stakeFacts(desk: Desk): Promise<StakeFacts> {
  const { chain, lottery, keys } = desk;
  const { head } = chain;
  const headEpoch = lottery.epochOf(lottery.slotAt(head.header.timeMs));
  const epochs = await epochsUpToNow(desk, head);
  const stake = chain.stake();
  const records = createTrackRecords(epochs, headEpoch, keys, (key) => ownerOf(stake, key));
  const { current } = lottery.tables(head.snapshot);
  const weights = new Map<string, bigint>();
  for (const { key, weight } of current.entries) {
    const owner = ownerOf(stake, key);
    if (owner !== null) weights.set(toHex(owner), weight);
  }
  return {
    at: { height: head.header.height, id: head.id },
    headEpoch,
    totalAtoms: current.total,
    voterPoolAtoms: stake?.voterPoolAtoms() ?? 0n,
    validators: (stake?.validators() ?? []).map((one) => ({
      ...one,
      weightAtoms: weights.get(toHex(one.owner)) ?? 0n,
      record: records.of(one.owner),
    })),
  };
}

/** A key that was rotated has its duties until the tables have changed over; who has left votes on for a while. */
function dutiesOf(desk: Desk, owner: Address, count: number): DutyFacts | null {
  const { chain, lottery } = desk;
  const { head } = chain;
  const stake = chain.stake();
  const validator = stake?.validator(owner) ?? null;
  if (validator === null) return null;
  const isOwn = (key: Key | null): boolean => {
    const holder = ownerOf(stake, key);
    return holder !== null && equalBytes(holder, owner);
  };
  const slot = slotNow(desk);
  const epoch = lottery.epochOf(slot);
  const headSlot = lottery.slotAt(head.header.timeMs);
  const knownToSlot = lastKnownSlot(desk, slot);
  const slots: number[] = [];
  for (let at = Math.max(slot, headSlot + 1); at <= knownToSlot && slots.length < count; at++) {
    if (isOwn(lottery.leaderOf(at, head.snapshot))) slots.push(at);
  }
  const progress = lottery.progress(head.snapshot);
  const standing = chain.engine.voting?.standing(validator.signingKey, head.snapshot);
  const former = standing === "former" ? validator.signingKey : null;
  const voter = tableOf(desk, epoch)?.entries.find(({ key }) => isOwn(key))?.key ?? former;
  const fromSlot = epoch * lottery.epochSlots + Math.floor(lottery.epochSlots / 3);
  const done = voter !== null && progress.epoch === epoch && progress.hasVoted(voter);
  const vote = voter === null || epoch === 0 ? null : { epoch, fromSlot, done };
  return { signingKey: validator.signingKey, knownToSlot, slots, vote };
}

/** A draw is fixed once no block can add to its seed: of the next epoch after two thirds of this one. */
function lastKnownSlot({ lottery, chain }: Desk, slot: number): number {
  const { epochSlots } = lottery;
  const epoch = lottery.epochOf(slot);
  const endOf = (of: number): number => (of + 1) * epochSlots - 1;
  const isMixed = slot - epoch * epochSlots >= Math.ceil((2 * epochSlots) / 3);
  const next = endOf(epoch + 1);
  return isMixed && lottery.leaderOf(next, chain.head.snapshot) !== null ? next : endOf(epoch);
}

/** Of the present epoch, or the next, seen from the head. */
function tableOf({ lottery, chain }: Desk, epoch: number): EpochTable | null {
  const { current, next } = lottery.tables(chain.head.snapshot);
  return epoch === lottery.epochOf(lottery.slotAt(chain.head.header.timeMs)) ? current : next;
}

async function epochFacts(desk: Desk, from: number, limit: number): Promise<readonly EpochFacts[]> {
  const { chain, lottery } = desk;
  const { head } = chain;
  const epochs = await epochsUpToNow(desk, head);
  const stake = chain.stake();
  const present = lottery.epochOf(slotNow(desk));
  const byNumber = new Map(epochs.map((one) => [one.epoch, one]));
  const facts: EpochFacts[] = [];
  for (let epoch = Math.min(from, present + 1); epoch >= 0 && facts.length < limit; epoch--) {
    const seen = byNumber.get(epoch);
    if (seen === undefined && epoch < present) break;
    const table = seen?.table ?? tableOf(desk, epoch);
    facts.push({
      epoch,
      checkpoint: seen?.checkpoint ?? null,
      state: epoch <= head.snapshot.finalized.epoch ? "finalized" : seen?.isJustified === true ? "justified" : "open",
      votedAtoms: seen === undefined ? 0n : votedAtoms(seen, desk.keys),
      totalAtoms: table?.total ?? 0n,
      slots: slotsOf(desk, epoch, seen, stake),
    });
  }
  return facts;
}

function slotsOf(desk: Desk, epoch: number, seen: Epoch | undefined, stake: StakeView | null): readonly SlotFacts[] {
  const { lottery, chain, keys } = desk;
  const now = slotNow(desk);
  const known = lastKnownSlot(desk, now);
  const made = new Map((seen?.blocks ?? []).map((block) => [block.slot, block]));
  const missed = new Map((seen?.missed ?? []).map(({ slot, leader }) => [slot, leader]));
  const owners = (key: number | null): Address | null => (key === null ? null : ownerOf(stake, keys.key(key)));
  return Array.from({ length: lottery.epochSlots }, (_, i): SlotFacts => {
    const slot = epoch * lottery.epochSlots + i;
    const block = made.get(slot);
    if (block !== undefined)
      return { slot, state: "made", leader: owners(block.leader), block: { height: block.height, id: block.id } };
    if (slot < now) return { slot, state: "missed", leader: owners(missed.get(slot) ?? null), block: null };
    const leader = slot <= known ? lottery.leaderOf(slot, chain.head.snapshot) : null;
    return { slot, state: slot === now ? "now" : "ahead", leader: ownerOf(stake, leader), block: null };
  });
}

async function finalityOf(desk: Desk): Promise<FinalityFacts> {
  const { chain, lottery, keys } = desk;
  const { head } = chain;
  const progress = lottery.progress(head.snapshot);
  const before = (await epochsUpToNow(desk, head)).find(({ epoch }) => epoch === progress.epoch - 1);
  const { justified, finalized } = head.snapshot;
  return {
    head: { height: head.header.height, id: head.id },
    justified: { epoch: justified.epoch, height: progress.justifiedHeight, id: justified.id },
    finalized: { epoch: finalized.epoch, height: progress.finalizedHeight, id: finalized.id },
    votes: { epoch: progress.epoch, votedAtoms: progress.votedAtoms, totalAtoms: progress.totalAtoms },
    votesBefore:
      before === undefined
        ? null
        : { epoch: before.epoch, votedAtoms: votedAtoms(before, keys), totalAtoms: before.table.total },
  };
}

function drawOf({ chain, lottery }: Desk, header: BlockEntry["header"]): DrawFacts | null {
  const seal = decodeSignedSeal(header.seal);
  if (seal === null || header.height === 0) return null;
  const slot = lottery.slotAt(header.timeMs);
  const epoch = lottery.epochOf(slot);
  const parent = chain.block(header.parent);
  const parentSlot = parent === null ? null : lottery.slotAt(parent.header.timeMs);
  return {
    slot,
    epoch,
    isFirstOfEpoch: parentSlot !== null && lottery.epochOf(parentSlot) !== epoch,
    leaderKey: seal.key,
    leader: ownerOf(chain.stake(), seal.key),
  };
}

function votesOf({ chain }: Desk, id: BlockId): readonly VoteFacts[] {
  const entry = chain.block(id);
  const stake = chain.stake();
  const votes = entry === null ? [] : chain.body(entry).votes;
  return votes.map((vote) => ({ ...vote, voter: ownerOf(stake, vote.key) }));
}
