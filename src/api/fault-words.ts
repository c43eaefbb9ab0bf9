/** Refusals in words: the sentence that goes with a fault's code. */

import type { ErrorBody } from "#api/contract";
import type { Fault } from "#base";

/** `{name}` is filled from the fault's detail. A code without a sentence here is said as its own words. */
const SENTENCES: Readonly<Record<string, string>> = {
  "tx-truncated": "the bytes end before the transaction does",
  "tx-too-large": "the transaction is larger than the chain allows",
  "tx-version": "transactions of version {version} are not known here",
  "tx-malformed": "the bytes are not a transaction in canonical form",
  "tx-kind": "transactions of kind {kind} are not known here",
  "transfer-malformed": "the payload is not a list of 1 to 512 outputs",
  "record-malformed": "the payload is not a record in canonical form",
  "record-too-large": "a record holds at most 16384 bytes",
  "address-malformed": "the text is not an address: prefix, length or checksum is wrong",
  "address-wrong-network": "the address belongs to another network: its prefix is {prefix}, here it is {expected}",
  "signature-invalid": "the signature does not fit the transaction, its sender and this chain",
  "nonce-too-low": "the nonce has been used already",
  "nonce-too-high": "the nonce is too far ahead of the account's",
  "fee-too-low": "the fee is below what the chain or this node asks for",
  "balance-too-low": "the sender's balance does not cover amount and fee",
  "output-too-small": "an output is below the smallest amount the chain allows",
  "amount-overflow": "the amounts add up to more than can exist",
  "already-known": "the transaction is known already",
};

export function describeFault(fault: Fault): ErrorBody {
  const detail = fault.detail ?? {};
  const sentence = SENTENCES[fault.code];
  const message =
    sentence === undefined
      ? plainly(fault.code, detail)
      : sentence.replace(/\{(\w+)\}/g, (_all, name: string) => String(detail[name] ?? "unknown"));
  return fault.detail === undefined
    ? { code: fault.code, message }
    : { code: fault.code, message, details: { ...detail } };
}

function plainly(code: string, detail: Readonly<Record<string, string | number>>): string {
  const facts = Object.entries(detail).map(([name, value]) => `${name} ${value}`);
  const words = code.replaceAll("-", " ");
  return `refused: ${words}${facts.length === 0 ? "" : ` (${facts.join(", ")})`}`;
}

/** The refusal of one transaction because of its JSON, before it has bytes. */
export function malformed(message: string): ErrorBody {
  return { code: "invalid-request", message };
}
