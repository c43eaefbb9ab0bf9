/**
 * How many blocks of one key and slot are taken from gossip. Who is drawn can sign as many as it likes, and loses its
 * bond for the second; the others need not store and pass on all of them. One that is built upon comes by sync.
 */
import { BoundedMap, toHex } from "#base";
import type { Engine } from "#consensus";
import { decodeSignedSeal, type Header } from "#model";

/** Enough to prove the offence, whichever two somebody else has seen. */
const MAX_BLOCKS_OF_SLOT = 4;
const MAX_SLOTS = 4_096;

export interface SlotLimit {
  /** Counts a block that was not seen before. @returns false when there are enough of its key and slot */
  admit(header: Header): boolean;
}

export function createSlotLimit({ lottery }: Pick<Engine, "lottery">): SlotLimit {
  const counts = new BoundedMap<string, number>(MAX_SLOTS);
  return {
    admit(header) {
      const seal = lottery === null ? null : decodeSignedSeal(header.seal);
      if (lottery === null || seal === null) return true;
      const name = `${toHex(seal.key)} ${lottery.slotAt(header.timeMs)}`;
      const count = counts.get(name) ?? 0;
      counts.set(name, count + 1);
      return count < MAX_BLOCKS_OF_SLOT;
    },
  };
}
