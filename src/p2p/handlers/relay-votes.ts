/** Votes among peers: each proves itself, and is passed on once it may count on the chain of the head (rule WIRE-14). */
import { blameSender, concatBytes, type Fault, type Hash, type Logger } from "#base";
import { decodeVote, encodeVote, VOTE_BYTES, type Vote } from "#model";
import type { GossipVerdict, PeerId, Transport } from "../transport/port.ts";
import { MAX_VOTES_PER_MESSAGE, topicsOf } from "../wire/protocols.ts";
import type { PeerReports } from "./ports.ts";

export interface RelayVotesParts {
  readonly chainId: Hash;
  readonly transport: Transport;
  /** Keeps what is new and may count. Null = taken and new; a fault says why it goes no further. */
  readonly take: (vote: Vote) => Fault | null;
  readonly reports: PeerReports;
  readonly log: Logger;
  readonly isReady: (peer: PeerId) => boolean;
}

export interface VoteRelay {
  /** Our own, or what came on another way than by gossip. */
  publish(votes: readonly Vote[]): void;
}

export function createVoteRelay(parts: RelayVotesParts): VoteRelay {
  const { transport, reports, log } = parts;
  const topic = topicsOf(parts.chainId).votes;
  const malformed = blameSender("votes-malformed");

  const take = async (from: PeerId, bytes: Uint8Array): Promise<GossipVerdict> => {
    if (!parts.isReady(from)) return "ignore";
    const votes = decodeVotes(bytes);
    if (votes === null) {
      reports.report(from, malformed);
      return "reject";
    }
    const faults = votes.map((vote) => parts.take(vote));
    const guilty = faults.find((fault) => fault?.blame === "sender");
    if (guilty) {
      reports.report(from, guilty);
      publish(votes.filter((_, i) => faults[i] === null));
      return "reject";
    }
    return faults.includes(null) ? "accept" : "ignore";
  };
  const publish = (votes: readonly Vote[]): void => {
    for (let at = 0; at < votes.length; at += MAX_VOTES_PER_MESSAGE) {
      const message = concatBytes(...votes.slice(at, at + MAX_VOTES_PER_MESSAGE).map(encodeVote));
      transport.publish(topic, message).catch((error) => log.debug("votes not sent", { why: String(error) }));
    }
  };

  transport.subscribe(topic, { maxBytes: MAX_VOTES_PER_MESSAGE * VOTE_BYTES }, take);
  return { publish };
}

/** Copies: a vote is kept, the message it came in is not. */
function decodeVotes(message: Uint8Array): readonly Vote[] | null {
  const count = message.length / VOTE_BYTES;
  if (!Number.isInteger(count) || count < 1 || count > MAX_VOTES_PER_MESSAGE) return null;
  const votes: Vote[] = [];
  for (let at = 0; at < message.length; at += VOTE_BYTES) {
    const vote = decodeVote(message.slice(at, at + VOTE_BYTES));
    if (vote === null) return null;
    votes.push(vote);
  }
  return votes;
}
