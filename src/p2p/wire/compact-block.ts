/** A block as it is announced: its header and six bytes for each transaction (rule WIRE-8). */
import { type BlockId, blameSender, err, type Fault, ok, type Result, type TransactionId } from "#base";
import { hashPairs } from "#crypto";
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
/** Two ids. */
const PAIR_BYTES = 64;

export interface CompactBlock {
  readonly header: Header;
  /** One string of six characters, a byte each, per transaction. */
  readonly shortIds: readonly string[];
  readonly votes: readonly Vote[];
}

/**
 * Of each the first six bytes of SHA-256(block id ‖ transaction id): nobody can prepare collisions before the block is
 * known. All at once, since the two ids fill just one pair of hashes.
 */
function shortIdBytes(block: BlockId, ids: readonly TransactionId[]): Uint8Array {
  const pairs = new Uint8Array(PAIR_BYTES * ids.length);
  ids.forEach((id, i) => {
    pairs.set(block, PAIR_BYTES * i);
    pairs.set(id, PAIR_BYTES * i + PAIR_BYTES / 2);
  });
  const digests = new Uint8Array(pairs.length / 2);
  hashPairs(pairs, digests);
  const short = new Uint8Array(SHORT_ID_BYTES * ids.length);
  for (let i = 0; i < ids.length; i++)
    for (let k = 0; k < SHORT_ID_BYTES; k++) short[SHORT_ID_BYTES * i + k] = digests[(PAIR_BYTES / 2) * i + k]!;
  return short;
}

/** A string of six characters, a byte each, for each transaction. */
export function shortIdsOf(block: BlockId, ids: readonly TransactionId[]): string[] {
  return cutShortIds(shortIdBytes(block, ids));
}

export function encodeCompactBlock(id: BlockId, block: Block, ids: readonly TransactionId[]): Uint8Array {
  const votes = encodeBody({ transactions: [], votes: block.body.votes });
  return encodeParts([encodeHeader(block.header), shortIdBytes(id, ids), votes]);
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
  return ok({ header: header.value, shortIds: cutShortIds(short), votes: rest.value.votes });
}

function cutShortIds(short: Uint8Array): string[] {
  return Array.from({ length: short.length / SHORT_ID_BYTES }, (_, i) => {
    const at = SHORT_ID_BYTES * i;
    return String.fromCharCode(
      short[at]!,
      short[at + 1]!,
      short[at + 2]!,
      short[at + 3]!,
      short[at + 4]!,
      short[at + 5]!,
    );
  });
}
