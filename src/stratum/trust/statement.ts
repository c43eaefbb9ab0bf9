/** How a round's block was divided, signed by the pool, so that anybody can hold it against the log (rules AUDIT-1 and AUDIT-2). */
import {
  type Address,
  asSignature,
  type BlockId,
  concatBytes,
  type Hash,
  type Key,
  type Signature,
  writeUint,
} from "#base";
import { ed25519Sign, taggedHash, verifySignature } from "#crypto";
import { SCHEMES, type Terms } from "./schemes.ts";
import { createLogTree, leafHash } from "./share-log.ts";
import type { Credit } from "./split.ts";

const BODY_BYTES = 145;

export interface Statement {
  readonly poolKey: Key;
  readonly round: number;
  readonly terms: Terms;
  readonly block: BlockId;
  readonly height: number;
  readonly rewardAtoms: bigint;
  /** What stays with the pool. */
  readonly poolAtoms: bigint;
  /** In the order of addresses. */
  readonly credits: readonly Credit[];
}

export interface SignedStatement extends Statement {
  readonly signature: Signature;
}

export function signStatement(chainId: Hash, statement: Statement, seed: Uint8Array): SignedStatement {
  return { ...statement, signature: asSignature(ed25519Sign(statementHash(chainId, statement), seed)) };
}

export function isStatementSigned(chainId: Hash, statement: SignedStatement, poolKey: Key): boolean {
  return verifySignature(statement.signature, statementHash(chainId, statement), poolKey);
}

function statementHash(chainId: Hash, statement: Statement): Hash {
  return taggedHash("agon/pool/statement/v1", chainId, encodeStatement(statement));
}

function encodeStatement({ poolKey, round, terms, block, height, ...rest }: Statement): Uint8Array {
  const bytes = new Uint8Array(BODY_BYTES);
  bytes.set(poolKey);
  writeUint(bytes, 32, 8, BigInt(round));
  bytes[40] = SCHEMES.indexOf(terms.scheme);
  writeUint(bytes, 41, 4, BigInt(terms.feePpm));
  writeUint(bytes, 45, 4, BigInt(terms.windowBlocks));
  bytes.set(block, 49);
  writeUint(bytes, 81, 8, BigInt(height));
  writeUint(bytes, 89, 8, rest.rewardAtoms);
  writeUint(bytes, 97, 8, rest.poolAtoms);
  writeUint(bytes, 105, 8, BigInt(rest.credits.length));
  bytes.set(creditsRoot(rest.credits), 113);
  return bytes;
}

/** Root of the list, hashed as a log whose records are `address ‖ work (16) ‖ amount (8)`. */
export function creditsRoot(credits: readonly Credit[]): Hash {
  return createLogTree(credits.map((credit) => leafHash(encodeCredit(credit)))).root(credits.length);
}

function encodeCredit({
  address,
  work,
  amountAtoms,
}: {
  address: Address;
  work: bigint;
  amountAtoms: bigint;
}): Uint8Array {
  const numbers = new Uint8Array(24);
  writeUint(numbers, 0, 16, work);
  writeUint(numbers, 16, 8, amountAtoms);
  return concatBytes(address, numbers);
}
