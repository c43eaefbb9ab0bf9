/** A block's body, its root, and the block as it travels and is stored (rules BLOCK-5 to BLOCK-8). */
import { blameSender, concatBytes, err, type Fault, type Hash, ok, type Result } from "#base";
import { merkleRoot, sha256 } from "#crypto";
import { decodeHeader, encodeHeader, type Header } from "./header.ts";
import { MAX_BLOCK_TRANSACTIONS, MAX_BLOCK_VOTES, MAX_HEADER_BYTES } from "./limits.ts";
import { decodeParts, encodeParts } from "./offsets.ts";
import { decodeVote, encodeVote, VOTE_BYTES, type Vote } from "./vote.ts";

const TRANSACTIONS_DEPTH = 16;
const VOTES_DEPTH = 8;

export interface Body {
  /** Canonical bytes of each transaction. */
  readonly transactions: readonly Uint8Array[];
  readonly votes: readonly Vote[];
}

export interface Block {
  readonly header: Header;
  readonly body: Body;
}

export const EMPTY_BODY: Body = { transactions: [], votes: [] };

/** SSZ container {transactions List[Transaction, 65536], votes List[Vote, 256]}. */
export function encodeBody(body: Body): Uint8Array {
  return encodeParts([encodeParts(body.transactions), encodeVotes(body.votes)]);
}

/** Transactions are cut, not decoded; they share memory with `bytes`. */
export function decodeBody(bytes: Uint8Array): Result<Body, Fault> {
  const parts = decodeParts(bytes, 2);
  if (parts === null || parts.length !== 2) return err(blameSender("body-malformed"));
  const transactions = decodeParts(parts[0]!, MAX_BLOCK_TRANSACTIONS);
  const votes = decodeVotes(parts[1]!);
  if (transactions === null || votes === null) return err(blameSender("body-malformed"));
  return ok({ transactions, votes });
}

/** SSZ container {header, body}. */
export function encodeBlock(block: Block): Uint8Array {
  return encodeParts([encodeHeader(block.header), encodeBody(block.body)]);
}

/** @param maxBytes the chain's own limit; checked before anything is read */
export function decodeBlock(bytes: Uint8Array, maxBytes: number): Result<Block, Fault> {
  if (bytes.length > maxBytes + MAX_HEADER_BYTES)
    return err(blameSender("block-too-large", { sizeBytes: bytes.length }));
  const parts = decodeParts(bytes, 2);
  if (parts === null || parts.length !== 2) return err(blameSender("block-malformed"));
  const header = decodeHeader(parts[0]!);
  if (!header.ok) return header;
  const body = decodeBody(parts[1]!);
  if (!body.ok) return body;
  return ok({ header: header.value, body: body.value });
}

/** SHA-256(list root of the transaction ids ‖ list root of the hashes of the votes), length mixed in (rule BLOCK-6). */
export function computeBodyRoot(transactionIds: readonly Hash[], votes: readonly Vote[]): Hash {
  const voteHashes = votes.map((vote) => sha256(encodeVote(vote)));
  return sha256(concatBytes(merkleRoot(transactionIds, TRANSACTIONS_DEPTH), merkleRoot(voteHashes, VOTES_DEPTH)));
}

function encodeVotes(votes: readonly Vote[]): Uint8Array {
  if (votes.length > MAX_BLOCK_VOTES) throw new RangeError(`${votes.length} votes`);
  const bytes = new Uint8Array(votes.length * VOTE_BYTES);
  votes.forEach((vote, i) => {
    bytes.set(encodeVote(vote), i * VOTE_BYTES);
  });
  return bytes;
}

function decodeVotes(bytes: Uint8Array): Vote[] | null {
  const count = bytes.length / VOTE_BYTES;
  if (!Number.isInteger(count) || count > MAX_BLOCK_VOTES) return null;
  const votes: Vote[] = [];
  for (let at = 0; at < bytes.length; at += VOTE_BYTES) {
    const vote = decodeVote(bytes, at);
    if (vote === null) return null;
    votes.push(vote);
  }
  return votes;
}
