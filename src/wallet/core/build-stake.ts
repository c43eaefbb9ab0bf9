/** Making the transactions of those who bond (rules TX-16 to TX-19). */
import type { Hash } from "#base";
import { addressOf, ed25519PublicKey, ed25519Sign } from "#crypto";
import {
  bondProofMessage,
  type Evidence,
  encodeBond,
  encodeEvidence,
  encodeRenew,
  encodeUnbond,
  KIND_BOND,
  KIND_EVIDENCE,
  KIND_RENEW,
  KIND_UNBOND,
  type PreparedTransaction,
} from "#model";
import { buildTransaction, type SigningOptions } from "./build-transaction.ts";

export interface BondOptions extends SigningOptions {
  /** 0 changes key and onion only, or brings a validator back that has leaked. */
  readonly amountAtoms: bigint;
  /** 32 bytes that sign blocks and votes; the owner's own are `seed`. */
  readonly signingSeed: Uint8Array;
  readonly onionTip: Hash;
}

/** @throws RangeError for an amount that does not fit */
export function buildBond(options: BondOptions): PreparedTransaction {
  const { chainId, seed, amountAtoms, signingSeed, onionTip } = options;
  const signingKey = ed25519PublicKey(signingSeed);
  const message = bondProofMessage(chainId, addressOf(ed25519PublicKey(seed)), signingKey, onionTip);
  const keyProof = ed25519Sign(message, signingSeed);
  return buildTransaction(options, KIND_BOND, encodeBond({ amountAtoms, signingKey, onionTip, keyProof }));
}

/** @throws RangeError for an amount that does not fit */
export function buildUnbond(options: SigningOptions & { readonly amountAtoms: bigint }): PreparedTransaction {
  return buildTransaction(options, KIND_UNBOND, encodeUnbond(options));
}

/** The seed is that of the signing key: its own account pays. */
export function buildRenew(options: SigningOptions & { readonly onionTip: Hash }): PreparedTransaction {
  return buildTransaction(options, KIND_RENEW, encodeRenew(options));
}

export function buildEvidence(options: SigningOptions & { readonly evidence: Evidence }): PreparedTransaction {
  return buildTransaction(options, KIND_EVIDENCE, encodeEvidence(options.evidence));
}
