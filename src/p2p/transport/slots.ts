/** Counts what each peer has under way. */

import type { PeerId } from "./port.ts";

export interface Slots {
  /** False when the peer has `limit` under way already; else the caller must release once. */
  take(peer: PeerId): boolean;
  release(peer: PeerId): void;
}

export function createSlots(limit: number): Slots {
  const taken = new Map<PeerId, number>();
  return {
    take(peer) {
      const count = taken.get(peer) ?? 0;
      if (count >= limit) return false;
      taken.set(peer, count + 1);
      return true;
    },
    release(peer) {
      const count = taken.get(peer) ?? 0;
      if (count <= 1) taken.delete(peer);
      else taken.set(peer, count - 1);
    },
  };
}
