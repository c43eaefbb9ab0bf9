/** Votes between the network, our voter, the drafts of our blocks, and whoever watches for offences. */
import { type Clock, type Fault, type Hash, type Logger, OperationError } from "#base";
import type { Chain } from "#chain";
import type { Bus, NodeEvents } from "#events";
import { createVotePool, type VotePool } from "#mempool";
import type { Vote } from "#model";
import { createVoteRelay, type PeerReports, type Transport } from "#p2p";
import type { EvidenceWatch } from "./evidence-watch.ts";

export interface VoteTrafficParts {
  readonly chain: Chain;
  readonly chainId: Hash;
  readonly transport: Transport;
  readonly reports: PeerReports;
  readonly isReady: (peer: string) => boolean;
  readonly evidence: EvidenceWatch;
  readonly events: Bus<NodeEvents>;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface VoteTraffic {
  readonly size: number;
  /** Candidates for the next block. */
  votes(): Iterable<Vote>;
  /** Our own vote. @throws OperationError `vote-refused` when not even we can use it */
  submit(vote: Vote): Promise<void>;
  stop(): void;
}

/** @returns null on a chain without votes */
export function createVoteTraffic(parts: VoteTrafficParts): VoteTraffic | null {
  const { chain, clock, evidence } = parts;
  const { voting } = chain.engine;
  if (voting === null) return null;
  const pool: VotePool = createVotePool({
    judge(vote) {
      const verdict = voting.admit(vote, chain.head.snapshot, clock.nowMs());
      return verdict.kind === "fault" ? verdict : { kind: verdict.kind };
    },
    checkSignature: (vote) => chain.checkVoteSignatures([vote])[0] === true,
    onOffence: (first, second) => evidence.addVotes(first, second),
  });
  const add = (vote: Vote): Fault | null => {
    const fault = pool.add(vote);
    if (fault === null) parts.events.emit("vote-added", { vote });
    return fault;
  };
  const relay = createVoteRelay({ ...parts, take: add });
  // What waited for a block of another branch, and what is too old, is sorted out when the head moves.
  const unsubscribe = parts.events.on("head-changed", () => pool.prune());
  return {
    get size() {
      return pool.size;
    },
    votes: () => pool.votes(),
    async submit(vote) {
      const fault = add(vote);
      if (fault !== null && fault.code !== "vote-known" && fault.code !== "vote-waits")
        throw new OperationError("vote-refused", `our own vote was not taken: ${fault.code}`);
      relay.publish([vote]);
    },
    stop: unsubscribe,
  };
}
