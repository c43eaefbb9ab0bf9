/** What a block shows of its slot and of the votes in it; nothing where nobody is drawn. */
import type { BlockVotes, Draw } from "#api/contract";
import { type Address, toHex } from "#base";
import { formatAddress } from "#crypto";
import type { BlockRecord, ChainView } from "./ports.ts";

export function showDraw({ stake, spec }: ChainView, block: BlockRecord): Draw | null {
  const draw = stake?.draw(block) ?? null;
  if (draw === null) return null;
  return {
    slot: draw.slot,
    epoch: draw.epoch,
    isFirstOfEpoch: draw.isFirstOfEpoch,
    leaderKey: toHex(draw.leaderKey),
    leader: showOwner(draw.leader, spec.addressPrefix),
  };
}

export function showVotes({ stake, spec }: ChainView, block: BlockRecord): BlockVotes | null {
  if (stake === null) return null;
  const votes = stake.votes(block.id);
  return {
    count: votes.length,
    items: votes.map(({ voter, key, source, target }) => ({
      voter: showOwner(voter, spec.addressPrefix),
      key: toHex(key),
      sourceEpoch: source.epoch,
      targetEpoch: target.epoch,
      target: toHex(target.id),
    })),
  };
}

export function showOwner(owner: Address | null, prefix: string): string | null {
  return owner === null ? null : formatAddress(owner, prefix);
}
