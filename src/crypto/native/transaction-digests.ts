/** The two hashes of a transaction, without an allocation but for the digest. */
import { type Hash, type TransactionId, utf8 } from "#base";
import { sha256 } from "#crypto/platform";
import { MAX_TRANSACTION_BYTES, OFFSET_AT, PAYLOAD_AT } from "./transaction-layout.ts";

/** Both take canonical bytes of at least 118 and at most 16,566 bytes, and neither keeps them. */
export interface TransactionDigests {
  /** SHA-256('agon/tx/v1' ‖ chain id ‖ bytes) (rule TX-3) */
  id(bytes: Uint8Array): TransactionId;
  /** SHA-256('agon/tx-sign/v1' ‖ chain id ‖ bytes without the signature) (rule TX-4) */
  signingHash(bytes: Uint8Array): Hash;
}

export function transactionDigests(chainId: Hash): TransactionDigests {
  const forId = scratch("agon/tx/v1", chainId);
  const forSigning = scratch("agon/tx-sign/v1", chainId);
  // The payload's offset, without the signature's 64 bytes before it.
  forSigning.buffer[forSigning.start + OFFSET_AT] = PAYLOAD_AT - 64;
  return {
    id(bytes) {
      const { buffer, start } = forId;
      buffer.set(bytes, start);
      return sha256(buffer.subarray(0, start + bytes.length));
    },
    signingHash(bytes) {
      const { buffer, start } = forSigning;
      for (let i = 0; i < OFFSET_AT; i++) buffer[start + i] = bytes[i]!;
      buffer.set(bytes.subarray(PAYLOAD_AT), start + PAYLOAD_AT - 64);
      return sha256(buffer.subarray(0, start + bytes.length - 64));
    },
  };
}

function scratch(tag: string, chainId: Hash): { readonly buffer: Uint8Array; readonly start: number } {
  const prefix = utf8(tag);
  const start = prefix.length + chainId.length;
  const buffer = new Uint8Array(start + MAX_TRANSACTION_BYTES);
  buffer.set(prefix);
  buffer.set(chainId, prefix.length);
  return { buffer, start };
}
