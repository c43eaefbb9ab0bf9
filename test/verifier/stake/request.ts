/** The bytes of transactions of kinds 3 to 6, and what they prove by themselves (rules TX-16 to TX-19, TX-21). */
import { ascii, listElements, sha256 } from "../bytes.ts";
import { check } from "../refusal.ts";
import { isValidSignature } from "../signature.ts";
import type { Transaction } from "../transaction.ts";
import { type Evidence, readEvidence } from "./evidence.ts";

export type Request =
  | {
      readonly kind: "bond";
      readonly atoms: bigint;
      readonly key: Buffer;
      readonly tip: Buffer;
      readonly proof: Buffer;
    }
  | { readonly kind: "unbond"; readonly atoms: bigint }
  | { readonly kind: "evidence"; readonly evidence: Evidence }
  | { readonly kind: "renew"; readonly tip: Buffer };

/** @param kind 3 to 6 */
export function readRequest(kind: number, payload: Buffer): Request {
  if (kind === 3) {
    check(payload.length === 136, "TX-16", `a bond of ${payload.length} bytes`);
    const [key, tip, proof] = [payload.subarray(8, 40), payload.subarray(40, 72), payload.subarray(72)];
    return { kind: "bond", atoms: payload.readBigUInt64LE(0), key, tip, proof };
  }
  if (kind === 4) {
    check(payload.length === 8, "TX-17", `an unbond of ${payload.length} bytes`);
    return { kind: "unbond", atoms: payload.readBigUInt64LE(0) };
  }
  if (kind === 5) {
    check(payload.length >= 1, "TX-19", "evidence of 0 bytes");
    const elements = listElements(payload.subarray(1), 2, "TX-19", "evidence");
    check(elements.length === 2, "TX-19", `evidence of ${elements.length} elements`);
    return { kind: "evidence", evidence: readEvidence(payload[0]!, elements[0]!, elements[1]!) };
  }
  check(payload.length === 32, "TX-18", `a renewal of ${payload.length} bytes`);
  return { kind: "renew", tip: payload };
}

/** TX-16: who has the signing key agrees to be this owner's. */
export function checkBondProof(
  { key, tip, proof }: Extract<Request, { kind: "bond" }>,
  { sender }: Transaction,
  chainId: Buffer,
): void {
  const message = sha256(ascii("agon/bond/v1"), chainId, sender, key, tip);
  check(isValidSignature(key, message, proof), "TX-16", "the proof of a bond does not hold");
}
