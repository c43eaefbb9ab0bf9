/** Signatures of votes: each is checked once, whether it came alone or in a block (rule STAKE-9). */
import { BoundedMap, type Hash, toHex } from "#base";
import { sha256, verifySignature } from "#crypto";
import { encodeVote, type Vote, voteMessage } from "#model";

/** Votes of two epochs of ten thousand voters. */
const MAX_REMEMBERED = 20_480;

export interface VoteSignatures {
  /** One verdict each, in order; about 60 µs for a vote that was not seen before. */
  check(votes: readonly Vote[]): readonly boolean[];
}

export function createVoteSignatures(chainId: Hash): VoteSignatures {
  /** Only those that hold: a false one costs its sender more than us. */
  const good = new BoundedMap<string, true>(MAX_REMEMBERED);
  return {
    check: (votes) =>
      votes.map((vote) => {
        const name = toHex(sha256(encodeVote(vote)));
        if (good.has(name)) return true;
        const holds = verifySignature(vote.signature, voteMessage(chainId, vote), vote.key);
        if (holds) good.set(name, true);
        return holds;
      }),
  };
}
