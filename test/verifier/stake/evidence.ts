/** Evidence: how it is read and what it proves (rules TX-19, TX-21). */
import { type Header, readHeader, sealHashOf } from "../block.ts";
import { check, Refusal } from "../refusal.ts";
import { isValidSignature } from "../signature.ts";
import type { StakeNumbers } from "./numbers.ts";
import { isSignedVote, readVote, type Vote } from "./vote.ts";

export type Evidence =
  | { readonly type: 1; readonly pair: readonly [Header, Header] }
  | { readonly type: 2; readonly pair: readonly [Vote, Vote] };

/** What was proved, by whom, when. */
export interface Proved {
  readonly type: number;
  readonly key: Buffer;
  readonly at: bigint;
  readonly epoch: bigint;
}

export interface Scene {
  readonly chainId: Buffer;
  readonly genesisMs: bigint;
  readonly numbers: StakeNumbers;
}

export function readEvidence(type: number, first: Buffer, second: Buffer): Evidence {
  if (type === 1) return { type, pair: [readElement(first), readElement(second)] };
  check(type === 2, "TX-19", `evidence of type ${type}`);
  check(first.length === 176 && second.length === 176, "TX-19", "a vote has not 176 bytes");
  return { type, pair: [readVote(first, "TX-19"), readVote(second, "TX-19")] };
}

function readElement(bytes: Buffer): Header {
  try {
    return readHeader(bytes);
  } catch (error) {
    throw error instanceof Refusal ? new Refusal("TX-19", error.message) : error;
  }
}

/** TX-21. */
export function prove(evidence: Evidence, scene: Scene): Proved {
  const proved = evidence.type === 1 ? proveBlocks(evidence.pair, scene) : proveVotes(evidence.pair, scene);
  check(proved !== null, "TX-21", "the evidence proves nothing");
  return proved;
}

function proveBlocks([a, b]: readonly [Header, Header], { chainId, genesisMs, numbers }: Scene): Proved | null {
  const sinceMs = a.timeMs - genesisMs;
  const slot = sinceMs / numbers.slotMs;
  if (sinceMs % numbers.slotMs !== 0n || slot < 1n || b.timeMs !== a.timeMs || a.bytes.equals(b.bytes)) return null;
  if (a.seal.length !== 96 || b.seal.length !== 96) return null;
  const key = a.seal.subarray(0, 32);
  if (!key.equals(b.seal.subarray(0, 32))) return null;
  for (const header of [a, b])
    if (!isValidSignature(key, sealHashOf(header, chainId), header.seal.subarray(32))) return null;
  return { type: 1, key, at: slot, epoch: slot / numbers.epochSlots };
}

function proveVotes([a, b]: readonly [Vote, Vote], { chainId }: Scene): Proved | null {
  if (!a.key.equals(b.key)) return null;
  const isDouble = a.target.epoch === b.target.epoch && !a.link.equals(b.link);
  if (!isDouble && !surrounds(a, b) && !surrounds(b, a)) return null;
  if (!isSignedVote(a, chainId) || !isSignedVote(b, chainId)) return null;
  const at = a.target.epoch > b.target.epoch ? a.target.epoch : b.target.epoch;
  return { type: 2, key: a.key, at, epoch: at };
}

function surrounds(outer: Vote, inner: Vote): boolean {
  return outer.source.epoch < inner.source.epoch && outer.target.epoch > inner.target.epoch;
}
