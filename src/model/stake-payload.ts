/** What the payloads of bonds, unbonds and renewals say (rules TX-16 to TX-18). */
import {
  type Address,
  asHash,
  asKey,
  asSignature,
  blameSender,
  concatBytes,
  err,
  type Fault,
  type Hash,
  type Key,
  ok,
  type Result,
  type Signature,
} from "#base";
import { taggedHash } from "#crypto";

const BOND_BYTES = 136;
const UNBOND_BYTES = 8;
const RENEW_BYTES = 32;

export interface BondPayload {
  /** 0 changes key and onion only, or brings a validator back that has leaked. */
  readonly amountAtoms: bigint;
  readonly signingKey: Key;
  /** Outermost value of the onion whose layers the validator's blocks will show. */
  readonly onionTip: Hash;
  /** By the signing key, over {@link bondProofMessage}: nobody bonds with a key that is not theirs. */
  readonly keyProof: Signature;
}

/** Of the amount's bytes; the sender is the owner. */
export interface UnbondPayload {
  readonly amountAtoms: bigint;
}

/** The sender is the signing key. */
export interface RenewPayload {
  readonly onionTip: Hash;
}

/** H('agon/bond/v1' ‖ chain id ‖ owner ‖ signing key ‖ onion tip): what the signing key signs. */
export function bondProofMessage(chainId: Hash, owner: Address, signingKey: Key, onionTip: Hash): Hash {
  return taggedHash("agon/bond/v1", chainId, owner, signingKey, onionTip);
}

/** amount u64 ‖ signing key ‖ onion tip ‖ key proof */
export function encodeBond({ amountAtoms, signingKey, onionTip, keyProof }: BondPayload): Uint8Array {
  return concatBytes(amountBytes(amountAtoms), signingKey, onionTip, keyProof);
}

/** Parts of the result share memory with `payload`. */
export function decodeBond(payload: Uint8Array): Result<BondPayload, Fault> {
  if (payload.length !== BOND_BYTES) return err(blameSender("bond-malformed", { sizeBytes: payload.length }));
  return ok({
    amountAtoms: amountOf(payload),
    signingKey: asKey(payload.subarray(8, 40)),
    onionTip: asHash(payload.subarray(40, 72)),
    keyProof: asSignature(payload.subarray(72)),
  });
}

/** amount u64 */
export function encodeUnbond({ amountAtoms }: UnbondPayload): Uint8Array {
  return amountBytes(amountAtoms);
}

export function decodeUnbond(payload: Uint8Array): Result<UnbondPayload, Fault> {
  if (payload.length !== UNBOND_BYTES) return err(blameSender("unbond-malformed", { sizeBytes: payload.length }));
  return ok({ amountAtoms: amountOf(payload) });
}

export function encodeRenew({ onionTip }: RenewPayload): Uint8Array {
  return onionTip.slice();
}

/** The tip shares memory with `payload`. */
export function decodeRenew(payload: Uint8Array): Result<RenewPayload, Fault> {
  if (payload.length !== RENEW_BYTES) return err(blameSender("renew-malformed", { sizeBytes: payload.length }));
  return ok({ onionTip: asHash(payload) });
}

function amountBytes(amountAtoms: bigint): Uint8Array {
  if (amountAtoms < 0n || amountAtoms >> 64n !== 0n) throw new RangeError(`amount ${amountAtoms}`);
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, amountAtoms, true);
  return bytes;
}

function amountOf(payload: Uint8Array): bigint {
  return new DataView(payload.buffer, payload.byteOffset, 8).getBigUint64(0, true);
}
