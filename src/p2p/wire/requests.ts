/** Requests for headers, bodies and transactions, and their answers (rules WIRE-4 to WIRE-7). */
import {
  asHash,
  type BlockId,
  blameSender,
  err,
  type Fault,
  type Hash,
  ok,
  type Result,
  readUint,
  writeUint,
} from "#base";
import { decodeHeader, decodeParts, type Header } from "#model";

export const MAX_LOCATOR = 64;
export const MAX_HEADERS = 1_024;
export const MAX_BODIES = 128;
/** What one answer of bodies may hold before it stops; the asker asks again for the rest. */
export const MAX_BODIES_BYTES = 16 * 1024 * 1024;
export const MAX_WANTED_TRANSACTIONS = 65_536;

export interface HeadersRequest {
  /** Newest first; the answer starts after the first one known. */
  readonly locator: readonly BlockId[];
  readonly limit: number;
}

/** limit u16 ‖ ids, 32 bytes each. */
export function encodeHeadersRequest({ locator, limit }: HeadersRequest): Uint8Array {
  const bytes = new Uint8Array(2 + 32 * locator.length);
  writeUint(bytes, 0, 2, BigInt(limit));
  locator.forEach((id, i) => {
    bytes.set(id, 2 + 32 * i);
  });
  return bytes;
}

export function decodeHeadersRequest(bytes: Uint8Array): Result<HeadersRequest, Fault> {
  const ids = bytes.length < 2 ? null : decodeIds(bytes.subarray(2), MAX_LOCATOR);
  if (ids === null) return err(blameSender("request-malformed", { what: "headers" }));
  return ok({ locator: ids, limit: Math.min(Number(readUint(bytes, 0, 2)), MAX_HEADERS) });
}

export function decodeHeaders(bytes: Uint8Array): Result<readonly Header[], Fault> {
  const parts = decodeParts(bytes, MAX_HEADERS);
  if (parts === null) return err(blameSender("headers-malformed"));
  const headers: Header[] = [];
  for (const part of parts) {
    const header = decodeHeader(part);
    if (!header.ok) return header;
    headers.push(header.value);
  }
  return ok(headers);
}

/** Ids, 32 bytes each. */
export function encodeIds(ids: readonly Hash[]): Uint8Array {
  const bytes = new Uint8Array(32 * ids.length);
  ids.forEach((id, i) => {
    bytes.set(id, 32 * i);
  });
  return bytes;
}

/** @returns null when the length is off or there are more than `maxIds` */
export function decodeIds(bytes: Uint8Array, maxIds: number): readonly Hash[] | null {
  const count = bytes.length / 32;
  if (!Number.isInteger(count) || count > maxIds) return null;
  return Array.from({ length: count }, (_, i) => asHash(bytes.subarray(32 * i, 32 * i + 32)));
}

/** Transactions of one block by position: id ‖ ascending positions, u32 each; no positions = the whole list. */
export interface BlockTransactionsRequest {
  readonly id: BlockId;
  readonly positions: readonly number[];
}

export function encodeBlockTransactionsRequest({ id, positions }: BlockTransactionsRequest): Uint8Array {
  const bytes = new Uint8Array(32 + 4 * positions.length);
  bytes.set(id, 0);
  const view = new DataView(bytes.buffer);
  positions.forEach((position, i) => {
    view.setUint32(32 + 4 * i, position, true);
  });
  return bytes;
}

export function decodeBlockTransactionsRequest(bytes: Uint8Array): Result<BlockTransactionsRequest, Fault> {
  const count = (bytes.length - 32) / 4;
  if (!Number.isInteger(count) || count < 0 || count > MAX_WANTED_TRANSACTIONS)
    return err(blameSender("request-malformed", { what: "block-transactions" }));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const positions = Array.from({ length: count }, (_, i) => view.getUint32(32 + 4 * i, true));
  // Ascending, so that an answer is never larger than the block.
  if (positions.some((position, i) => i > 0 && position <= positions[i - 1]!))
    return err(blameSender("request-malformed", { what: "block-transactions" }));
  return ok({ id: asHash(bytes.subarray(0, 32)), positions });
}
