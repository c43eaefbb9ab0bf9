/** Transactions as the wire has them. */

import type { Inclusion, RecordView, Transaction, TransactionStatus } from "#api/contract";
import { fromUtf8, InvariantError, toHex } from "#base";
import { formatAddress } from "#crypto";
import { decodeRecord, decodeTransfer, KIND_RECORD, KIND_TRANSFER, type PreparedTransaction } from "#model";
import type { IncludedTransaction } from "./ports.ts";

/** How much of a record a list carries. */
const EXCERPT_BYTES = 256;

export interface Showing {
  /** Of the chain's addresses. */
  readonly prefix: string;
  /** Lists carry only the beginning of a record. */
  readonly isWhole: boolean;
}

export function showPending(item: PreparedTransaction, showing: Showing): Transaction {
  return show(item, "pending", null, showing);
}

/** @param headHeight of the chain at present */
export function showIncluded(
  { item, block, index }: IncludedTransaction,
  headHeight: number,
  showing: Showing,
): Transaction {
  const inclusion: Inclusion = {
    height: block.height,
    hash: toHex(block.id),
    index,
    timeMs: block.timeMs,
    confirmations: Math.max(1, headHeight - block.height + 1),
  };
  return show(item, "included", inclusion, showing);
}

/** Listed with a stale block; whether it is on the chain too is another question. */
export function showStale(item: PreparedTransaction, showing: Showing): Transaction {
  return show(item, "unknown", null, showing);
}

function show(
  item: PreparedTransaction,
  status: TransactionStatus,
  block: Inclusion | null,
  showing: Showing,
): Transaction {
  const { transaction: tx } = item;
  const common = {
    id: toHex(item.id),
    version: tx.version,
    sender: formatAddress(item.from, showing.prefix),
    senderKey: toHex(tx.sender),
    nonce: tx.nonce,
    fee: String(tx.feeAtoms),
    signature: toHex(tx.signature),
    sizeBytes: item.bytes.length,
    status,
    block,
  };
  if (tx.kind === KIND_TRANSFER) {
    const outputs = decodeTransfer(tx.payload);
    if (!outputs.ok) throw new InvariantError(`a known transfer cannot be read: ${outputs.error.code}`);
    const shown = outputs.value.map(({ to, amountAtoms }) => ({
      to: formatAddress(to, showing.prefix),
      amount: String(amountAtoms),
    }));
    return { ...common, kind: "transfer", payload: { outputs: shown } };
  }
  if (tx.kind === KIND_RECORD) return { ...common, kind: "record", payload: showRecord(tx.payload, showing) };
  throw new InvariantError(`a known transaction has the unknown kind ${tx.kind}`);
}

function showRecord(payload: Uint8Array, showing: Showing): RecordView["payload"] {
  const record = decodeRecord(payload);
  if (!record.ok) throw new InvariantError(`a known record cannot be read: ${record.error.code}`);
  const { mediaType, data } = record.value;
  const truncated = !showing.isWhole && data.length > EXCERPT_BYTES;
  const text = fromUtf8(data);
  return {
    mediaType: mediaType === 0 ? "json" : "octets",
    dataBytes: data.length,
    data: toHex(truncated ? data.subarray(0, EXCERPT_BYTES) : data),
    ...(text !== null && { text: truncated ? text.slice(0, EXCERPT_BYTES) : text }),
    truncated,
  };
}
