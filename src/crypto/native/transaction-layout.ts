/**
 * Where the fields stand in the canonical bytes of a transaction (rule TX-1). Repeated here from `model`, which lies
 * above, so that a worker can check a signature without decoding.
 */
export const KEY_AT = 2;
export const KEY_END = 34;
export const OFFSET_AT = 50;
export const SIGNATURE_AT = 54;
export const PAYLOAD_AT = 118;
export const MAX_TRANSACTION_BYTES = PAYLOAD_AT + 16_448;

/** Whether the bytes have the length of a transaction and its payload begins where it must. */
export function hasTransactionShape(bytes: Uint8Array): boolean {
  return (
    bytes.length >= PAYLOAD_AT &&
    bytes.length <= MAX_TRANSACTION_BYTES &&
    bytes[OFFSET_AT] === PAYLOAD_AT &&
    bytes[OFFSET_AT + 1] === 0 &&
    bytes[OFFSET_AT + 2] === 0 &&
    bytes[OFFSET_AT + 3] === 0
  );
}
