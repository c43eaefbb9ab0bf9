/** What transactions of bonds ask for, and what can be said of them without any state (rules TX-16 to TX-20). */
import { type Address, blameSender, err, type Fault, type Hash, type Key, ok, type Result } from "#base";
import { verifySignature } from "#crypto";
import {
  type BondPayload,
  bondProofMessage,
  decodeBond,
  decodeEvidence,
  decodeRenew,
  decodeUnbond,
  type Evidence,
  KIND_BOND,
  KIND_EVIDENCE,
  KIND_RENEW,
  KIND_UNBOND,
  type PreparedTransaction,
} from "#model";
import type { ChainSpec, StakeSpec } from "#spec";
import { bond, renew, unbond } from "./bonding.ts";
import { type Offence, readOffence } from "./offence.ts";
import { punish } from "./slash.ts";
import type { StakeContext } from "./stake-context.ts";

/** Before its proof is looked at. */
type Request =
  | ({ readonly kind: "bond" } & BondPayload)
  | { readonly kind: "unbond"; readonly amountAtoms: bigint }
  | { readonly kind: "renew"; readonly onionTip: Hash }
  | { readonly kind: "evidence"; readonly evidence: Evidence };

export type StakeAction =
  | Exclude<Request, { readonly kind: "evidence" }>
  | { readonly kind: "evidence"; readonly offence: Offence };

export function isStakeKind(kind: number): boolean {
  return kind === KIND_BOND || kind === KIND_UNBOND || kind === KIND_EVIDENCE || kind === KIND_RENEW;
}

/** Reads a payload of one of these kinds. */
export function readRequest({ transaction: { kind, payload } }: PreparedTransaction): Result<Request, Fault> {
  if (kind === KIND_BOND) return named("bond", decodeBond(payload));
  if (kind === KIND_UNBOND) return named("unbond", decodeUnbond(payload));
  if (kind === KIND_RENEW) return named("renew", decodeRenew(payload));
  const evidence = decodeEvidence(payload);
  return evidence.ok ? ok({ kind: "evidence", evidence: evidence.value }) : evidence;
}

/** Checks what a request proves: one signature for a bond, two for evidence. */
export function proveRequest(
  spec: ChainSpec,
  engine: StakeSpec,
  chainId: Hash,
  request: Request,
  from: Address,
): Result<StakeAction, Fault> {
  if (request.kind === "evidence") {
    const offence = readOffence(spec, engine, chainId, request.evidence);
    return offence.ok ? ok({ kind: "evidence", offence: offence.value }) : offence;
  }
  if (request.kind !== "bond") return ok(request);
  const { signingKey, onionTip, keyProof } = request;
  const holds = verifySignature(keyProof, bondProofMessage(chainId, from, signingKey, onionTip), signingKey);
  return holds ? ok(request) : err(blameSender("bond-proof"));
}

/** Executes an action whose sender can pay for it, or changes nothing. */
export function act(context: StakeContext, action: StakeAction, from: Address, sender: Key): Fault | null {
  if (action.kind === "bond") return bond(context, from, action);
  if (action.kind === "unbond") return unbond(context, from, action.amountAtoms);
  if (action.kind === "renew") return renew(context, sender, action.onionTip);
  return punish(context, action.offence, from);
}

function named<K extends string, T extends object>(
  kind: K,
  result: Result<T, Fault>,
): Result<{ readonly kind: K } & T, Fault> {
  return result.ok ? ok({ kind, ...result.value }) : result;
}
