/** A signed transaction in JSON becomes its canonical bytes; whether those are worth anything is decided elsewhere. */

import {
  type ErrorBody,
  SignedBond,
  SignedEvidence,
  SignedRecord,
  SignedRenew,
  type SignedTransaction,
  SignedTransfer,
  SignedUnbond,
} from "#api/contract";
import { type Check, createCheck } from "#api/server";
import { asKey, asSignature, err, fromHex, ok, type Result } from "#base";
import {
  encodeTransaction,
  KIND_BOND,
  KIND_EVIDENCE,
  KIND_RECORD,
  KIND_RENEW,
  KIND_TRANSFER,
  KIND_UNBOND,
} from "#model";
import { malformed } from "./fault-words.ts";
import { MAX_U64, parsePayload } from "./parse-payload.ts";

interface Kind {
  readonly number: number;
  readonly check: Check<SignedTransaction>;
}
const ABOUT = "the transaction";
const KINDS: ReadonlyMap<unknown, Kind> = new Map<string, Kind>([
  ["transfer", { number: KIND_TRANSFER, check: createCheck<SignedTransfer>(SignedTransfer, ABOUT) }],
  ["record", { number: KIND_RECORD, check: createCheck<SignedRecord>(SignedRecord, ABOUT) }],
  ["bond", { number: KIND_BOND, check: createCheck<SignedBond>(SignedBond, ABOUT) }],
  ["unbond", { number: KIND_UNBOND, check: createCheck<SignedUnbond>(SignedUnbond, ABOUT) }],
  ["evidence", { number: KIND_EVIDENCE, check: createCheck<SignedEvidence>(SignedEvidence, ABOUT) }],
  ["renew", { number: KIND_RENEW, check: createCheck<SignedRenew>(SignedRenew, ABOUT) }],
]);

/** @param prefix of the chain's addresses */
export function parseTransaction(value: unknown, prefix: string): Result<Uint8Array, ErrorBody> {
  if (typeof value !== "object" || value === null || !("kind" in value))
    return err(malformed("the transaction lacks `kind`"));
  const kind = KINDS.get(value.kind);
  if (kind === undefined) return err(malformed(`\`kind\` must be one of ${[...KINDS.keys()].join(", ")}`));
  const checked = kind.check(value);
  if (!checked.ok) return err(malformed(checked.message));
  const signed = checked.value;
  const payload = parsePayload(signed, prefix);
  if (!payload.ok) return payload;
  if (BigInt(signed.fee) > MAX_U64) return err(malformed("`fee` is more than 64 bits hold"));
  return ok(
    encodeTransaction({
      version: signed.version,
      kind: kind.number,
      sender: asKey(fromHex(signed.senderKey)!),
      nonce: signed.nonce,
      feeAtoms: BigInt(signed.fee),
      payload: payload.value,
      signature: asSignature(fromHex(signed.signature)!),
    }),
  );
}
