/** Transactions of a body that we checked and stored ourselves. */
import { type Hash, InvariantError } from "#base";
import { addressOf } from "#crypto";
import { decodeTransaction, type PreparedTransaction, transactionId } from "#model";

/** Makes a transaction usable without checking its signature again. */
export type PrepareKnown = (bytes: Uint8Array) => PreparedTransaction;

export function prepareKnownFor(chainId: Hash): PrepareKnown {
  return (bytes) => {
    const decoded = decodeTransaction(bytes);
    if (!decoded.ok) throw new InvariantError(`a stored transaction is damaged: ${decoded.error.code}`);
    return {
      bytes,
      id: transactionId(chainId, bytes),
      from: addressOf(decoded.value.sender),
      transaction: decoded.value,
    };
  };
}
