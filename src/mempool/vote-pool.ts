/** Votes that wait for a block: one of each voter and epoch, of the present epoch and the one before (rule WIRE-14). */
import { blameNobody, blameSender, type Fault, toHex } from "#base";
import { encodeVote, type Vote } from "#model";

/** Two epochs of ten thousand voters, and as many again with their former keys (rule STAKE-23). */
const MAX_VOTES = 40_960;
/** Of those, votes that may be of another branch. */
const MAX_WAITING = 2_048;

/** What a vote is worth, seen from the head: `wait` when it may be of another branch. */
export type VoteVerdict = { readonly kind: "ok" | "wait" } | { readonly kind: "fault"; readonly fault: Fault };

export interface VotePoolParts {
  readonly judge: (vote: Vote) => VoteVerdict;
  readonly checkSignature: (vote: Vote) => boolean;
  /** Told of two votes that nobody honest signs both. */
  readonly onOffence: (first: Vote, second: Vote) => void;
}

export interface VotePool {
  readonly size: number;
  /** @returns null when the vote is new and may count on the chain of the head: worth passing on */
  add(vote: Vote): Fault | null;
  /** All of them, latest targets first. */
  votes(): Iterable<Vote>;
  /** What somebody whose head has moved cannot use any more goes. */
  prune(): void;
}

/** Of one target epoch. */
interface EpochVotes {
  readonly byKey: Map<string, Vote>;
  waiting: number;
}

export function createVotePool(parts: VotePoolParts): VotePool {
  const byTarget = new Map<number, EpochVotes>();
  let size = 0;

  const offend = (vote: Vote, name: string): void => {
    for (const [epoch, { byKey }] of byTarget) {
      const other = byKey.get(name);
      if (other === undefined || epoch === vote.target.epoch) continue;
      const [early, late] = epoch < vote.target.epoch ? [other, vote] : [vote, other];
      // The later target from an earlier source surrounds the other.
      if (late.source.epoch < early.source.epoch) parts.onOffence(other, vote);
    }
  };
  const put = (vote: Vote, name: string, waits: boolean): void => {
    const votes: EpochVotes = byTarget.get(vote.target.epoch) ?? { byKey: new Map(), waiting: 0 };
    votes.byKey.set(name, vote);
    if (waits) votes.waiting++;
    byTarget.set(vote.target.epoch, votes);
    size++;
  };
  const waiting = (): number => byTarget.values().reduce((sum, votes) => sum + votes.waiting, 0);
  return {
    get size() {
      return size;
    },
    add(vote) {
      const name = toHex(vote.key);
      const held = byTarget.get(vote.target.epoch)?.byKey.get(name);
      if (held !== undefined && isSame(held, vote)) return blameNobody("vote-known");
      const verdict = parts.judge(vote);
      if (verdict.kind === "fault") return verdict.fault;
      const waits = verdict.kind === "wait";
      if (size >= MAX_VOTES || (waits && waiting() >= MAX_WAITING)) return blameNobody("vote-pool-full");
      if (!parts.checkSignature(vote)) return blameSender("vote-signature");
      if (held !== undefined) {
        parts.onOffence(held, vote);
        return blameNobody("vote-second", { epoch: vote.target.epoch });
      }
      offend(vote, name);
      put(vote, name, waits);
      return waits ? blameNobody("vote-waits", { epoch: vote.target.epoch }) : null;
    },
    *votes() {
      const epochs = [...byTarget.keys()].sort((a, b) => b - a);
      for (const epoch of epochs) yield* byTarget.get(epoch)!.byKey.values();
    },
    prune() {
      for (const [epoch, { byKey }] of byTarget) {
        const [any] = byKey.values();
        const verdict = any === undefined ? null : parts.judge(any);
        if (verdict !== null && !(verdict.kind === "fault" && verdict.fault.code === "vote-stale")) continue;
        size -= byKey.size;
        byTarget.delete(epoch);
      }
    },
  };
}

function isSame(a: Vote, b: Vote): boolean {
  return toHex(encodeVote(a)) === toHex(encodeVote(b));
}
