/** What each validator did in the epochs that are kept: slots made and missed, votes, rewards. */
import type { BlockPoint, TrackRecord } from "#api";
import { type Address, type Key, toHex } from "#base";
import type { Epoch } from "./epochs.ts";
import type { KeyNumbers, SeenBlock } from "./seen-blocks.ts";

const RECENT_SLOTS = 32;
const RECENT_VOTES = 16;

interface Track {
  readonly slots: { slot: number; epoch: number; block: BlockPoint | null }[];
  readonly votes: { epoch: number; voted: boolean }[];
  blockRewardAtoms: bigint;
  voteRewardAtoms: bigint;
  reportRewardAtoms: bigint;
}

export interface TrackRecords {
  of(owner: Address): TrackRecord;
}

/** @param ownerOf whoever has or had a key; null when nobody */
export function createTrackRecords(
  epochs: readonly Epoch[],
  headEpoch: number,
  keys: KeyNumbers,
  ownerOf: (key: Key) => Address | null,
): TrackRecords {
  const tracks = new Map<string, Track>();
  const trackOf = (name: string): Track => {
    const known = tracks.get(name) ?? emptyTrack();
    tracks.set(name, known);
    return known;
  };
  const names = new Map<number, string | null>();
  const nameOf = (key: number): string | null => {
    const known = names.get(key);
    if (known !== undefined) return known;
    const owner = ownerOf(keys.key(key));
    const name = owner === null ? null : toHex(owner);
    names.set(key, name);
    return name;
  };
  const tracked = (key: number | null): Track | null => {
    const name = key === null ? null : nameOf(key);
    return name === null ? null : trackOf(name);
  };

  for (const { epoch, blocks, missed, table, voters } of epochs) {
    for (const block of blocks) {
      tracked(block.leader)?.slots.push({ slot: block.slot, epoch, block: { height: block.height, id: block.id } });
      addRewards(block, tracked(block.leader), trackOf);
    }
    for (const { slot, leader } of missed) tracked(leader)?.slots.push({ slot, epoch, block: null });
    if (epoch === 0) continue;
    for (const { key } of table.entries) {
      const number = keys.of(key);
      const voted = voters.has(number);
      // The votes of the head's epoch are still coming.
      if (voted || epoch < headEpoch) tracked(number)?.votes.push({ epoch, voted });
    }
  }
  const fromEpoch = epochs[0]?.epoch ?? 0;
  return { of: (owner) => recordOf(tracks.get(toHex(owner)) ?? emptyTrack(), fromEpoch, epochs.length) };
}

/** What a block gives its proposer counts for whoever made it, to whatever address it goes. */
function addRewards({ credits, proposer }: SeenBlock, leader: Track | null, trackOf: (name: string) => Track): void {
  for (const { to, amountAtoms, reason } of credits) {
    if (reason === "vote-reward") trackOf(toHex(to)).voteRewardAtoms += amountAtoms;
    else if (reason === "report") trackOf(toHex(to)).reportRewardAtoms += amountAtoms;
    else if (leader !== null && (reason === "block-reward" || reason === "fees") && toHex(to) === toHex(proposer))
      leader.blockRewardAtoms += amountAtoms;
  }
}

function recordOf(track: Track, fromEpoch: number, epochs: number): TrackRecord {
  const slots = track.slots.toSorted((a, b) => a.slot - b.slot);
  return {
    fromEpoch,
    epochs,
    slots: slots.length,
    proposed: slots.filter(({ block }) => block !== null).length,
    votable: track.votes.length,
    voted: track.votes.filter(({ voted }) => voted).length,
    recent: slots.slice(-RECENT_SLOTS),
    recentVotes: track.votes.slice(-RECENT_VOTES),
    blockRewardAtoms: track.blockRewardAtoms,
    voteRewardAtoms: track.voteRewardAtoms,
    reportRewardAtoms: track.reportRewardAtoms,
  };
}

function emptyTrack(): Track {
  return { slots: [], votes: [], blockRewardAtoms: 0n, voteRewardAtoms: 0n, reportRewardAtoms: 0n };
}
