/** A small chain for the ledger's tests, its accounts A, B and C, and transactions of whoever. */
import { type Address, asAddress, asHash, asKey, asSignature, utf8 } from "#base";
import { formatAddress, sha256 } from "#crypto";
import {
  type Credit,
  decodeTransaction,
  encodeRecord,
  encodeTransaction,
  encodeTransfer,
  KIND_RECORD,
  KIND_TRANSFER,
  type MediaType,
  type PreparedTransaction,
} from "#model";
import { builtInSpec, type ChainSpec } from "#spec";
import type { BlockInput, DraftInput } from "../types.ts";

export const A = repeated(0x11);
export const B = repeated(0x22);
export const C = repeated(0x33);
export const D = repeated(0x44);

const START: readonly (readonly [Address, bigint])[] = [
  [A, 1_000_000n],
  [B, 50_000n],
];

/** Fees and burns as in the example of docs/spec/state.md: 10 a byte, 100 a record byte, 10,000 an account, 1,000 an output. */
export function testSpec(balances: readonly (readonly [Address, bigint])[] = START): ChainSpec {
  const dev = builtInSpec("dev");
  const accounts = balances.map(([address, balanceAtoms]) => ({
    address: formatAddress(address, dev.addressPrefix),
    balanceAtoms,
  }));
  return {
    ...dev,
    genesis: { ...dev.genesis, accounts },
    fees: {
      minFeePerByteAtoms: 10n,
      recordBurnPerByteAtoms: 100n,
      newAccountBurnAtoms: 10_000n,
      minOutputAtoms: 1_000n,
    },
    rewards: { ...dev.rewards, maturityBlocks: 5 },
  };
}

export function repeated(byte: number): Address {
  return asAddress(new Uint8Array(20).fill(byte));
}

export function addressNo(n: number): Address {
  return asAddress(sha256(utf8(`account ${n}`)).slice(0, 20));
}

export interface TransactionFields {
  readonly from: Address;
  readonly nonce: number;
  readonly feeAtoms?: bigint;
}

export function transfer(
  fields: TransactionFields,
  ...outputs: readonly (readonly [Address, bigint])[]
): PreparedTransaction {
  return prepare(fields, KIND_TRANSFER, encodeTransfer(outputs.map(([to, amountAtoms]) => ({ to, amountAtoms }))));
}

export function record(fields: TransactionFields, data: Uint8Array, mediaType: MediaType = 1): PreparedTransaction {
  return prepare(fields, KIND_RECORD, encodeRecord({ mediaType, data }));
}

/** The fee is the least that is allowed unless one is given. The signature is none: the ledger never looks at it. */
export function prepare(fields: TransactionFields, kind: number, payload: Uint8Array): PreparedTransaction {
  const bytes = encodeTransaction({
    version: 1,
    kind,
    sender: asKey(new Uint8Array(32).fill(fields.from[0]!)),
    nonce: fields.nonce,
    feeAtoms: fields.feeAtoms ?? BigInt(118 + payload.length) * 10n,
    payload,
    signature: asSignature(new Uint8Array(64)),
  });
  const decoded = decodeTransaction(bytes);
  if (!decoded.ok) throw new Error(decoded.error.code);
  return { bytes, id: asHash(sha256(bytes)), from: fields.from, transaction: decoded.value };
}

/** A subsidy of 5,000 and the fees, to B. */
export function rewardsOf(feesAtoms: bigint): readonly Credit[] {
  return [
    { to: B, amountAtoms: 5_000n, reason: "block-reward" },
    { to: B, amountAtoms: feesAtoms, reason: "fees" },
  ];
}

export function noRewards(): readonly Credit[] {
  return [];
}

export function block(
  height: number,
  transactions: readonly PreparedTransaction[] = [],
  rewards: BlockInput["rewards"] = rewardsOf,
): BlockInput {
  return { height, timeMs: height * 2_000, proposer: B, votes: [], orders: null, transactions, rewards };
}

export function draftOf(
  height: number,
  candidates: Iterable<PreparedTransaction>,
  rewards: BlockInput["rewards"] = rewardsOf,
): DraftInput {
  return { height, timeMs: height * 2_000, proposer: B, votes: [], orders: null, candidates, rewards };
}
