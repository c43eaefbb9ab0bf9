/** Refusals in words: the sentence that goes with a fault's code. */

import type { ErrorBody } from "#api/contract";
import type { Fault } from "#base";

/**
 * `{name}` is filled from the fault's detail; a part in brackets is left out when its detail is not there.
 * A code without a sentence is said in its own words.
 */
const SENTENCES: Readonly<Record<string, string>> = {
  "address-malformed": "the text is not an address: its prefix, length or checksum is wrong",
  "address-wrong-network": "the address belongs to another network[: its prefix is {prefix}, here it is {expected}]",
  "bond-dust": "what is bonded would be less than the chain allows[: it would be {bondedAtoms} atoms]",
  "bond-key-taken": "the signing key is or was another validator's; each validator needs a key of its own",
  "bond-malformed": "the payload is not a bond in canonical form",
  "bond-proof": "the proof that the signing key takes part is false",
  "evidence-early": "the offence lies in an epoch to come[: {epoch}, and it is {now}]",
  "evidence-late": "the offence is too old to be punished[: it is of epoch {epoch}, and it is {now}]",
  "evidence-malformed": "the payload is not a pair of headers or votes in canonical form",
  "evidence-none": "the two do not contradict each other: they prove nothing[; {why}]",
  "evidence-repeated": "this offence has been reported already",
  "evidence-stranger": "the key is no validator's, so that there is nothing to slash",
  "pow-hash": "the hash is above the target: this is not enough work for a block",
  "pow-seal-malformed": "a seal is 28 bytes: nVersion, nTime, nNonce, extranonce[; these are {sizeBytes}]",
  "pow-time": "nTime must be from the template's minTimeS to its maxTimeS[; this one is {aheadS} s after minTimeS]",
  "pow-version": "nVersion has bits changed that versionMask does not allow[: it is {version}]",
  "record-malformed": "the payload is not a record in canonical form",
  "record-too-large": "a record holds at most 16384 bytes[, not {sizeBytes}]",
  "renew-malformed": "the payload is not an onion in canonical form",
  "renew-stranger": "the sender is not the present signing key of any validator",
  "threshold-key": "the address is not that of the key: only the miner itself sets its threshold",
  "threshold-signature": "the signature does not fit this order, its key, this pool and this chain",
  "transfer-dust": "an output is below the smallest amount that the chain allows[, {minAtoms} atoms]",
  "transfer-malformed": "the payload is not a list of 1 to 512 outputs in canonical form",
  "tx-fee-floor": "the mempool is full, and takes only transactions with a higher fee at present",
  "tx-fee-low": "the fee is below what the chain asks for a transaction of this size[, {minAtoms} atoms]",
  "tx-kind": "transactions of this kind are not known on this chain[: {kind}]",
  "tx-known": "the transaction is known already",
  "tx-malformed": "the bytes are not a transaction in canonical form[: {field} is wrong]",
  "tx-nonce-gap": "the nonce is too far ahead of the account's[, which is {expected}]",
  "tx-nonce-used": "the nonce has been used already[; the account's next is {expected}]",
  "tx-overflow": "amounts and fee add up to more than can exist",
  "tx-overspend": "the sender's balance does not cover this and what it has pending[: it takes {neededAtoms} atoms]",
  "tx-replaced-too-often": "the transaction with this nonce has been replaced too often; wait until it is in a block",
  "tx-replacement-fee":
    "a transaction with this nonce is pending, and replacing it takes a higher fee[, {neededAtoms} atoms]",
  "tx-sender-full": "the sender has as many transactions pending as one sender may[: {pending}]",
  "tx-sender-unknown": "the sender's account does not exist: it was never credited",
  "tx-signature": "the signature does not fit this transaction, its sender and this chain",
  "tx-too-large": "the transaction is larger than any may be[: {sizeBytes} bytes]",
  "tx-truncated": "the bytes end before the transaction does[: there are {sizeBytes}]",
  "tx-version": "transactions of this version are not known here[: {version}]",
  "unbond-dust": "what stays bonded must be nothing, or as much as the chain asks for[; it would be {restAtoms} atoms]",
  "unbond-exceeds": "more than is bonded[: {bondedAtoms} atoms are]",
  "unbond-malformed": "the payload is not an amount in canonical form",
  "unbond-many": "the validator has as many unbondings under way as one may[: {max}]",
  "unbond-none": "the sender has no validator: nothing of it is bonded",
};

export function describeFault(fault: Fault): ErrorBody {
  const detail = fault.detail ?? {};
  const sentence = SENTENCES[fault.code];
  const message = sentence === undefined ? plainly(fault.code, detail) : fill(sentence, detail);
  return fault.detail === undefined
    ? { code: fault.code, message }
    : { code: fault.code, message, details: { ...detail } };
}

function fill(sentence: string, detail: Readonly<Record<string, string | number>>): string {
  return sentence.replace(/\[([^\]]*)\]/g, (_all, part: string) => {
    const isKnown = [...part.matchAll(/\{(\w+)\}/g)].every(([, name]) => name! in detail);
    return isKnown ? part.replace(/\{(\w+)\}/g, (_hole, name: string) => String(detail[name])) : "";
  });
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
