/** Payloads about validators as the wire has them; all were decoded before, when they were taken in. */
import type { BondView, EvidenceView, RenewView, UnbondView } from "#api/contract";
import { type Fault, InvariantError, type Result, toHex } from "#base";
import {
  decodeBond,
  decodeEvidence,
  decodeRenew,
  decodeSignedSeal,
  decodeUnbond,
  type Evidence,
  encodeHeader,
  encodeVote,
} from "#model";

export function showBond(payload: Uint8Array): BondView["payload"] {
  const { amountAtoms, signingKey, onionTip, keyProof } = known(decodeBond(payload));
  return {
    amount: String(amountAtoms),
    signingKey: toHex(signingKey),
    onionTip: toHex(onionTip),
    keyProof: toHex(keyProof),
  };
}

export function showUnbond(payload: Uint8Array): UnbondView["payload"] {
  return { amount: String(known(decodeUnbond(payload)).amountAtoms) };
}

export function showRenew(payload: Uint8Array): RenewView["payload"] {
  return { onionTip: toHex(known(decodeRenew(payload)).onionTip) };
}

export function showEvidence(payload: Uint8Array): EvidenceView["payload"] {
  const evidence = known(decodeEvidence(payload));
  return { type: evidence.kind, ...statementsOf(evidence) };
}

function statementsOf(evidence: Evidence): Omit<EvidenceView["payload"], "type"> {
  if (evidence.kind === "votes") {
    const [one, other] = evidence.pair;
    const isDouble = one.target.epoch === other.target.epoch;
    return {
      signingKey: toHex(one.key),
      epoch: Math.max(one.target.epoch, other.target.epoch),
      timeMs: null,
      what: isDouble ? `two votes for epoch ${one.target.epoch}` : "a vote around another vote",
      first: toHex(encodeVote(one)),
      second: toHex(encodeVote(other)),
    };
  }
  const [one, other] = evidence.pair;
  const seal = decodeSignedSeal(one.seal);
  if (seal === null) throw new InvariantError("a known piece of evidence has headers without a seal");
  return {
    signingKey: toHex(seal.key),
    epoch: null,
    timeMs: one.timeMs,
    what: "two blocks in one slot",
    first: toHex(encodeHeader(one)),
    second: toHex(encodeHeader(other)),
  };
}

function known<T>(decoded: Result<T, Fault>): T {
  if (!decoded.ok) throw new InvariantError(`a known payload cannot be read: ${decoded.error.code}`);
  return decoded.value;
}
