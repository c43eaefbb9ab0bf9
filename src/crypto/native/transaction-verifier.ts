/** What is found out about one transaction from its bytes alone. */
import { type Address, asAddress, asHash, asKey, type Hash, type TransactionId } from "#base";
import { addressOf } from "../address.ts";
import { verifySignature } from "../signature.ts";
import { transactionDigests } from "./transaction-digests.ts";
import { hasTransactionShape, KEY_AT, KEY_END, PAYLOAD_AT, SIGNATURE_AT } from "./transaction-layout.ts";

export interface Verified {
  /** The signature is the sender's, over this chain. Nothing else has been checked. */
  readonly valid: boolean;
  /** Zeros when the bytes have not the shape of a transaction. */
  readonly id: TransactionId;
  /** Address of the sender's key; zeros likewise. */
  readonly sender: Address;
}

/** Never throws. The bytes may lie in shared memory and are not kept. */
export function transactionVerifier(chainId: Hash): (bytes: Uint8Array) => Verified {
  const digests = transactionDigests(chainId);
  return (bytes) => {
    if (!hasTransactionShape(bytes)) return misshapen();
    const key = asKey(bytes.subarray(KEY_AT, KEY_END));
    const signature = bytes.subarray(SIGNATURE_AT, PAYLOAD_AT);
    const valid = verifySignature(signature, digests.signingHash(bytes), key);
    return { valid, id: digests.id(bytes), sender: addressOf(key) };
  };
}

export function misshapen(): Verified {
  return { valid: false, id: asHash(new Uint8Array(32)), sender: asAddress(new Uint8Array(20)) };
}
