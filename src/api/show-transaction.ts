/** Transactions as the wire has them. */

import type { Inclusion, RecordView, Transaction, TransactionStatus, TransferView } from "#api/contract";
import { fromUtf8, InvariantError, toHex } from "#base";
import { formatAddress } from "#crypto";
import {
  decodeRecord,
  decodeTransfer,
  KIND_BOND,
  KIND_EVIDENCE,
  KIND_RECORD,
  KIND_RENEW,
  KIND_TRANSFER,
  KIND_UNBOND,
  type PreparedTransaction,
} from "#model";
import type { IncludedTransaction } from "./ports.ts";
import { showBond, showEvidence, showRenew, showUnbond } from "./show-stake-payload.ts";

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
  switch (tx.kind) {
    case KIND_TRANSFER:
      return { ...common, kind: "transfer", payload: showTransfer(tx.payload, showing) };
    case KIND_RECORD:
      return { ...common, kind: "record", payload: showRecord(tx.payload, showing) };
    case KIND_BOND:
      return { ...common, kind: "bond", payload: showBond(tx.payload) };
    case KIND_UNBOND:
      return { ...common, kind: "unbond", payload: showUnbond(tx.payload) };
    case KIND_EVIDENCE:
      return { ...common, kind: "evidence", payload: showEvidence(tx.payload) };
    case KIND_RENEW:
      return { ...common, kind: "renew", payload: showRenew(tx.payload) };
    default:
      throw new InvariantError(`a known transaction has the unknown kind ${tx.kind}`);
  }
}

function showTransfer(payload: Uint8Array, { prefix }: Showing): TransferView["payload"] {
  const outputs = decodeTransfer(payload);
  if (!outputs.ok) throw new InvariantError(`a known transfer cannot be read: ${outputs.error.code}`);
  return {
    outputs: outputs.value.map(({ to, amountAtoms }) => ({
      to: formatAddress(to, prefix),
      amount: String(amountAtoms),
    })),
  };
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
