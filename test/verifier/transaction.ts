/** The bytes of transactions (rules TX-1 to TX-6) and what they cost (TX-10). */
import { ascii, SAFE, sha256, u32 } from "./bytes.ts";
import { check } from "./refusal.ts";
import { addressOf, isValidSignature } from "./signature.ts";

const FIXED = 118;

export interface Output {
  readonly to: Buffer;
  readonly atoms: bigint;
}

export interface Transaction {
  readonly size: number;
  readonly id: Buffer;
  readonly kind: number;
  readonly key: Buffer;
  /** Address of the sender, whose key that is. */
  readonly sender: Buffer;
  readonly nonce: bigint;
  readonly fee: bigint;
  readonly payload: Buffer;
}

/** Without its signature (TX-2, TX-3). */
export function readTransaction(bytes: Buffer, chainId: Buffer): Transaction {
  check(bytes.length >= FIXED, "TX-2", `a transaction of ${bytes.length} bytes`);
  check(bytes.length <= 16_566, "TX-2", `a transaction of ${bytes.length} bytes`);
  check(bytes[0] === 1, "TX-2", `version ${bytes[0]}`);
  check(bytes.readUInt32LE(50) === FIXED, "TX-2", `payload offset ${bytes.readUInt32LE(50)}`);
  const nonce = bytes.readBigUInt64LE(34);
  check(nonce < SAFE, "TX-2", `nonce ${nonce}`);
  return {
    size: bytes.length,
    id: sha256(ascii("agon/tx/v1"), chainId, bytes),
    kind: bytes[1]!,
    key: bytes.subarray(2, 34),
    sender: addressOf(bytes.subarray(2, 34)),
    nonce,
    fee: bytes.readBigUInt64LE(42),
    payload: bytes.subarray(FIXED),
  };
}

/** TX-4. */
export function checkSignature(bytes: Buffer, chainId: Buffer): void {
  const unsigned = [bytes.subarray(0, 50), u32(54), bytes.subarray(FIXED)];
  const message = sha256(ascii("agon/tx-sign/v1"), chainId, ...unsigned);
  check(isValidSignature(bytes.subarray(2, 34), message, bytes.subarray(54, FIXED)), "TX-4", "the signature is false");
}

/** TX-5. */
export function readOutputs(payload: Buffer): Output[] {
  const count = payload.length / 28;
  check(Number.isInteger(count) && count >= 1 && count <= 512, "TX-5", `a transfer of ${payload.length} bytes`);
  return Array.from({ length: count }, (_, i) => ({
    to: payload.subarray(28 * i, 28 * i + 20),
    atoms: payload.readBigUInt64LE(28 * i + 20),
  }));
}

/** TX-6. @returns the size of the data */
export function readRecordSize(payload: Buffer): number {
  const formed = payload.length >= 5 && payload[0]! <= 1 && payload.readUInt32LE(1) === 5;
  check(formed, "TX-6", "the payload is not a record");
  check(payload.length - 5 <= 16_384, "TX-6", `${payload.length - 5} bytes of data`);
  return payload.length - 5;
}
