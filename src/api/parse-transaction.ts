/** A signed transaction in JSON becomes its canonical bytes; whether those are worth anything is decided elsewhere. */

import { type ErrorBody, SignedRecord, type SignedTransaction, SignedTransfer } from "#api/contract";
import { createCheck } from "#api/server";
import { asKey, asSignature, err, fromHex, ok, type Result } from "#base";
import { parseAddress } from "#crypto";
import {
  encodeRecord,
  encodeTransaction,
  encodeTransfer,
  KIND_RECORD,
  KIND_TRANSFER,
  MAX_RECORD_BYTES,
  type Output,
} from "#model";
import { describeFault, malformed } from "./fault-words.ts";

const MAX_U64 = 2n ** 64n - 1n;
const checkTransfer = createCheck<SignedTransfer>(SignedTransfer, "the transaction");
const checkRecord = createCheck<SignedRecord>(SignedRecord, "the transaction");

/** @param prefix of the chain's addresses */
export function parseTransaction(value: unknown, prefix: string): Result<Uint8Array, ErrorBody> {
  if (typeof value !== "object" || value === null || !("kind" in value))
    return err(malformed("the transaction lacks `kind`"));
  if (value.kind !== "transfer" && value.kind !== "record")
    return err(malformed("`kind` must be `transfer` or `record`"));
  const checked = value.kind === "transfer" ? checkTransfer(value) : checkRecord(value);
  if (!checked.ok) return err(malformed(checked.message));
  const signed: SignedTransaction = checked.value;
  const payload = signed.kind === "transfer" ? readOutputs(signed.payload.outputs, prefix) : readRecord(signed.payload);
  if (!payload.ok) return payload;
  if (BigInt(signed.fee) > MAX_U64) return err(malformed("`fee` is more than 64 bits hold"));
  return ok(
    encodeTransaction({
      version: signed.version,
      kind: signed.kind === "transfer" ? KIND_TRANSFER : KIND_RECORD,
      sender: asKey(fromHex(signed.senderKey)!),
      nonce: signed.nonce,
      feeAtoms: BigInt(signed.fee),
      payload: payload.value,
      signature: asSignature(fromHex(signed.signature)!),
    }),
  );
}

function readOutputs(
  outputs: readonly { readonly to: string; readonly amount: string }[],
  prefix: string,
): Result<Uint8Array, ErrorBody> {
  const read: Output[] = [];
  for (const { to, amount } of outputs) {
    const address = parseAddress(to, prefix);
    if (!address.ok) return err(describeFault(address.error));
    const amountAtoms = BigInt(amount);
    if (amountAtoms > MAX_U64) return err(malformed("`amount` is more than 64 bits hold"));
    read.push({ to: address.value, amountAtoms });
  }
  return ok(encodeTransfer(read));
}

function readRecord(payload: {
  readonly mediaType: "json" | "octets";
  readonly data: string;
}): Result<Uint8Array, ErrorBody> {
  const data = fromHex(payload.data)!;
  if (data.length > MAX_RECORD_BYTES)
    return err(malformed(`a record holds at most ${MAX_RECORD_BYTES} bytes, not ${data.length}`));
  return ok(encodeRecord({ mediaType: payload.mediaType === "json" ? 0 : 1, data }));
}
