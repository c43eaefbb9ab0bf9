/** The payload of evidence: two statements of one key that contradict each other (rule TX-19). */
import { blameSender, concatBytes, err, type Fault, ok, type Result } from "#base";
import { decodeHeader, encodeHeader, type Header } from "./header.ts";
import { decodeParts, encodeParts } from "./offsets.ts";
import { decodeVote, encodeVote, VOTE_BYTES, type Vote } from "./vote.ts";

const TYPE_BLOCKS = 1;
const TYPE_VOTES = 2;

/** Whether they prove anything is for the ledger to say. */
export type Evidence =
  | { readonly kind: "blocks"; readonly pair: readonly [Header, Header] }
  | { readonly kind: "votes"; readonly pair: readonly [Vote, Vote] };

/** type u8 (1 blocks, 2 votes) ‖ two offsets u32 ‖ both headers, or both votes */
export function encodeEvidence(evidence: Evidence): Uint8Array {
  const isBlocks = evidence.kind === "blocks";
  const parts = isBlocks ? evidence.pair.map(encodeHeader) : evidence.pair.map(encodeVote);
  return concatBytes(Uint8Array.of(isBlocks ? TYPE_BLOCKS : TYPE_VOTES), encodeParts(parts));
}

/** Parts of the result share memory with `payload`. */
export function decodeEvidence(payload: Uint8Array): Result<Evidence, Fault> {
  const parts = decodeParts(payload.subarray(1), 2);
  if (parts === null || parts.length !== 2) return malformed(payload);
  const [one, other] = parts as [Uint8Array, Uint8Array];
  if (payload[0] === TYPE_BLOCKS) {
    const [first, second] = [decodeHeader(one), decodeHeader(other)];
    return first.ok && second.ok ? ok({ kind: "blocks", pair: [first.value, second.value] }) : malformed(payload);
  }
  if (payload[0] !== TYPE_VOTES || one.length !== VOTE_BYTES || other.length !== VOTE_BYTES) return malformed(payload);
  const [first, second] = [decodeVote(one), decodeVote(other)];
  return first === null || second === null ? malformed(payload) : ok({ kind: "votes", pair: [first, second] });
}

function malformed(payload: Uint8Array): Result<never, Fault> {
  return err(blameSender("evidence-malformed", { sizeBytes: payload.length }));
}
