/** Making signed transactions, ready to be sent. */
import { asSignature, type Hash } from "#base";
import { addressOf, ed25519PublicKey, ed25519Sign } from "#crypto";
import {
  encodeRecord,
  encodeTransaction,
  encodeTransfer,
  KIND_RECORD,
  KIND_TRANSFER,
  type Output,
  type PreparedTransaction,
  type RecordPayload,
  signingHash,
  TRANSACTION_FIXED_BYTES,
  TRANSACTION_VERSION,
  type Transaction,
  transactionId,
} from "#model";

/** What the built-in chains ask for at least. */
const MIN_FEE_PER_BYTE_ATOMS = 10n;

export interface SigningOptions {
  readonly chainId: Hash;
  /** 32 bytes that sign for the sender's account. */
  readonly seed: Uint8Array;
  /** The account's next. */
  readonly nonce: number;
  /** Default: the least that the chain accepts for this size. */
  readonly feeAtoms?: bigint;
  /** The chain's minimum, for that default. Default 10. */
  readonly minFeePerByteAtoms?: bigint;
}

/** @throws RangeError for no outputs, more than 512, or an amount that does not fit */
export function buildTransfer(options: SigningOptions & { readonly outputs: readonly Output[] }): PreparedTransaction {
  return buildTransaction(options, KIND_TRANSFER, encodeTransfer(options.outputs));
}

/** @throws RangeError for more than 16,384 bytes of data */
export function buildRecord(options: SigningOptions & { readonly record: RecordPayload }): PreparedTransaction {
  return buildTransaction(options, KIND_RECORD, encodeRecord(options.record));
}

/** The least fee for a transaction with so long a payload. */
export function minFeeAtoms(payloadBytes: number, perByteAtoms: bigint = MIN_FEE_PER_BYTE_ATOMS): bigint {
  return BigInt(TRANSACTION_FIXED_BYTES + payloadBytes) * perByteAtoms;
}

/** Signs a transaction of any kind; `signature` is made here. */
export function signTransaction(
  chainId: Hash,
  seed: Uint8Array,
  unsigned: Omit<Transaction, "sender" | "signature">,
): PreparedTransaction {
  const sender = ed25519PublicKey(seed);
  const draft = encodeTransaction({ ...unsigned, sender, signature: asSignature(new Uint8Array(64)) });
  const signature = ed25519Sign(signingHash(chainId, draft), seed);
  const transaction: Transaction = { ...unsigned, sender, signature };
  const bytes = encodeTransaction(transaction);
  return { bytes, id: transactionId(chainId, bytes), from: addressOf(sender), transaction };
}

/** @param payload as the kind's own codec makes it */
export function buildTransaction(options: SigningOptions, kind: number, payload: Uint8Array): PreparedTransaction {
  const { chainId, seed, nonce, minFeePerByteAtoms } = options;
  const feeAtoms = options.feeAtoms ?? minFeeAtoms(payload.length, minFeePerByteAtoms);
  return signTransaction(chainId, seed, { version: TRANSACTION_VERSION, kind, nonce, feeAtoms, payload });
}
