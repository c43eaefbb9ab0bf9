/** Whether our clock agrees with those of our peers; a node whose slots are minutes off only makes what others refuse. */
import type { Clock } from "#base";
import type { Bus, NodeEvents } from "#events";
import type { Status } from "#p2p";

/** What clocks that nobody set by hand stay well below. */
const MAX_OFFSET_MS = 10_000;

export interface ClockWatch {
  /** Why slots cannot be relied on, in words; null when our clock is as good as the others'. */
  obstacle(): string | null;
  /** A peer has just said what time it is. */
  heard(peer: string, status: Pick<Status, "timeMs">): void;
  gone(peer: string): void;
}

export function createClockWatch(clock: Clock, events: Bus<NodeEvents>): ClockWatch {
  /** How far each peer's clock is ahead of ours. */
  const offsets = new Map<string, number>();
  let told = false;

  const obstacle = (): string | null => {
    const offsetMs = median([...offsets.values()]);
    if (Math.abs(offsetMs) <= MAX_OFFSET_MS) return null;
    const seconds = Math.round(Math.abs(offsetMs) / 1_000);
    const side = offsetMs > 0 ? "behind" : "ahead of";
    return `this machine's clock is ${seconds} seconds ${side} those of its peers: set it right (for example with NTP)`;
  };
  const tell = (): void => {
    const text = obstacle();
    if ((text !== null) === told) return;
    told = text !== null;
    events.emit("notice", { code: "clock-wrong", text: text ?? "", active: told });
  };
  return {
    obstacle,
    heard(peer, { timeMs }) {
      offsets.set(peer, timeMs - clock.nowMs());
      tell();
    },
    gone(peer) {
      offsets.delete(peer);
      tell();
    },
  };
}

/** The lower one of two middles; 0 of nothing. */
function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? 0;
}
