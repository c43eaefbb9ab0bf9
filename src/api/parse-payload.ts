/** The payload of each kind of transaction, from its JSON to its canonical bytes. */
import type {
  BondPayload,
  ErrorBody,
  EvidencePayload,
  RecordMediaType,
  SignedTransaction,
  SignedTransfer,
} from "#api/contract";
import { asHash, asKey, asSignature, concatBytes, err, fromHex, ok, type Result } from "#base";
import { parseAddress } from "#crypto";
import {
  decodeEvidence,
  encodeBond,
  encodeEvidence,
  encodeParts,
  encodeRecord,
  encodeRenew,
  encodeTransfer,
  encodeUnbond,
  MAX_RECORD_BYTES,
  type Output,
} from "#model";
import { describeFault, malformed } from "./fault-words.ts";

export const MAX_U64 = 2n ** 64n - 1n;
const EVIDENCE_TYPES = { blocks: 1, votes: 2 } as const;

type Parsed = Result<Uint8Array, ErrorBody>;

/** @param prefix of the chain's addresses */
export function parsePayload(signed: SignedTransaction, prefix: string): Parsed {
  switch (signed.kind) {
    case "transfer":
      return readOutputs(signed.payload.outputs, prefix);
    case "record":
      return readRecord(signed.payload);
    case "bond":
      return readBond(signed.payload);
    case "unbond":
      return readAmount(signed.payload.amount, (amountAtoms) => encodeUnbond({ amountAtoms }));
    case "evidence":
      return readEvidence(signed.payload);
    case "renew":
      return ok(encodeRenew({ onionTip: asHash(fromHex(signed.payload.onionTip)!) }));
  }
}

function readOutputs(outputs: SignedTransfer["payload"]["outputs"], prefix: string): Parsed {
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

function readRecord(payload: { readonly mediaType: RecordMediaType; readonly data: string }): Parsed {
  const data = fromHex(payload.data)!;
  if (data.length > MAX_RECORD_BYTES)
    return err(malformed(`a record holds at most ${MAX_RECORD_BYTES} bytes, not ${data.length}`));
  return ok(encodeRecord({ mediaType: payload.mediaType === "json" ? 0 : 1, data }));
}

function readBond({ amount, signingKey, onionTip, keyProof }: BondPayload): Parsed {
  return readAmount(amount, (amountAtoms) =>
    encodeBond({
      amountAtoms,
      signingKey: asKey(fromHex(signingKey)!),
      onionTip: asHash(fromHex(onionTip)!),
      keyProof: asSignature(fromHex(keyProof)!),
    }),
  );
}

function readAmount(amount: string, encode: (amountAtoms: bigint) => Uint8Array): Parsed {
  const amountAtoms = BigInt(amount);
  return amountAtoms > MAX_U64 ? err(malformed("`amount` is more than 64 bits hold")) : ok(encode(amountAtoms));
}

/** Only what can be decoded has canonical bytes. */
function readEvidence({ type, first, second }: EvidencePayload): Parsed {
  const parts = encodeParts([fromHex(first)!, fromHex(second)!]);
  const decoded = decodeEvidence(concatBytes(Uint8Array.of(EVIDENCE_TYPES[type]), parts));
  return decoded.ok ? ok(encodeEvidence(decoded.value)) : err(describeFault(decoded.error));
}
