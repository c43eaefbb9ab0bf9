/** Whether two statements prove an offence of their key, and which (rule STAKE-15). */
import { blameSender, equalBytes, err, type Fault, type Hash, type Key, ok, type Result } from "#base";
import { verifySignature } from "#crypto";
import {
  decodeSignedSeal,
  type Evidence,
  encodeHeader,
  encodeVote,
  type Header,
  sealHash,
  type Vote,
  voteMessage,
} from "#model";
import type { ChainSpec, StakeSpec } from "#spec";

export interface Offence {
  readonly kind: Evidence["kind"];
  readonly key: Key;
  /** Of the slot, or the higher target: the offence belongs to it. */
  readonly epoch: number;
  /** The slot, or the higher target: it is punished once. */
  readonly at: number;
}

type Proof = Result<Offence, Fault>;

/** Says it without any state; the costliest check of all, two signatures. */
export function readOffence(
  { genesis }: Pick<ChainSpec, "genesis">,
  engine: Pick<StakeSpec, "slotMs" | "epochSlots">,
  chainId: Hash,
  evidence: Evidence,
): Proof {
  if (evidence.kind === "votes") return readVotes(chainId, evidence.pair);
  return readBlocks(
    chainId,
    evidence.pair,
    ({ timeMs }) => (timeMs - genesis.timeMs) / engine.slotMs,
    engine.epochSlots,
  );
}

function readBlocks(
  chainId: Hash,
  [a, b]: readonly [Header, Header],
  slotOf: (header: Header) => number,
  epochSlots: number,
): Proof {
  const slot = slotOf(a);
  if (!Number.isInteger(slot) || slot < 1) return none("slot");
  if (slotOf(b) !== slot) return none("slots");
  if (equalBytes(encodeHeader(a), encodeHeader(b))) return none("same");
  const [first, second] = [decodeSignedSeal(a.seal), decodeSignedSeal(b.seal)];
  if (first === null || second === null || !equalBytes(first.key, second.key)) return none("keys");
  const holds = (header: Header, { signature, key }: typeof first) =>
    verifySignature(signature, sealHash(chainId, header), key);
  if (!holds(a, first) || !holds(b, second)) return none("signature");
  return ok({ kind: "blocks", key: first.key, epoch: Math.floor(slot / epochSlots), at: slot });
}

function readVotes(chainId: Hash, [a, b]: readonly [Vote, Vote]): Proof {
  if (!equalBytes(a.key, b.key)) return none("keys");
  if (!isDouble(a, b) && !surrounds(a, b) && !surrounds(b, a)) return none("lawful");
  const holds = (vote: Vote) => verifySignature(vote.signature, voteMessage(chainId, vote), vote.key);
  if (!holds(a) || !holds(b)) return none("signature");
  const at = Math.max(a.target.epoch, b.target.epoch);
  return ok({ kind: "votes", key: a.key, epoch: at, at });
}

/** One target epoch, and not the same vote; that they differ in nothing but their signatures is none either. */
function isDouble(a: Vote, b: Vote): boolean {
  return a.target.epoch === b.target.epoch && !equalBytes(unsigned(a), unsigned(b));
}

function surrounds(outer: Vote, inner: Vote): boolean {
  return outer.source.epoch < inner.source.epoch && inner.target.epoch < outer.target.epoch;
}

function unsigned(vote: Vote): Uint8Array {
  return encodeVote(vote).subarray(0, 112);
}

function none(why: string): Proof {
  return err(blameSender("evidence-none", { why }));
}
