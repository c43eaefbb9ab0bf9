/** A block as it is announced: its header and six bytes for each transaction (rule WIRE-8). */
import { type BlockId, blameSender, concatBytes, err, type Fault, ok, type Result, type TransactionId } from "#base";
import { sha256 } from "#crypto";
import {
  type Block,
  decodeBody,
  decodeHeader,
  decodeParts,
  encodeBody,
  encodeHeader,
  encodeParts,
  type Header,
  MAX_BLOCK_TRANSACTIONS,
  type Vote,
} from "#model";

export const SHORT_ID_BYTES = 6;

export interface CompactBlock {
  readonly header: Header;
  /** One string of six characters, a byte each, per transaction. */
  readonly shortIds: readonly string[];
  readonly votes: readonly Vote[];
}

/** First six bytes of SHA-256(block id ‖ transaction id): nobody can prepare collisions before the block is known. */
export function shortIdOf(block: BlockId, transaction: TransactionId): string {
  const digest = sha256(concatBytes(block, transaction));
  return String.fromCharCode(digest[0]!, digest[1]!, digest[2]!, digest[3]!, digest[4]!, digest[5]!);
}

export function encodeCompactBlock(id: BlockId, block: Block, ids: readonly TransactionId[]): Uint8Array {
  const short = new Uint8Array(SHORT_ID_BYTES * ids.length);
  ids.forEach((transaction, i) => {
    short.set(sha256(concatBytes(id, transaction)).subarray(0, SHORT_ID_BYTES), SHORT_ID_BYTES * i);
  });
  const votes = encodeBody({ transactions: [], votes: block.body.votes });
  return encodeParts([encodeHeader(block.header), short, votes]);
}

export function decodeCompactBlock(bytes: Uint8Array): Result<CompactBlock, Fault> {
  const malformed = err(blameSender("announcement-malformed"));
  const parts = decodeParts(bytes, 3);
  if (parts === null || parts.length !== 3) return malformed;
  const header = decodeHeader(parts[0]!);
  if (!header.ok) return header;
  const short = parts[1]!;
  const count = short.length / SHORT_ID_BYTES;
  const rest = decodeBody(parts[2]!);
  if (!Number.isInteger(count) || count > MAX_BLOCK_TRANSACTIONS || !rest.ok || rest.value.transactions.length > 0)
    return malformed;
  const shortIds: string[] = [];
  for (let at = 0; at < short.length; at += SHORT_ID_BYTES)
    shortIds.push(String.fromCharCode(...short.subarray(at, at + SHORT_ID_BYTES)));
  return ok({ header: header.value, shortIds, votes: rest.value.votes });
}
