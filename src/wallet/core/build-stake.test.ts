import { expect, test } from "vitest";
import { asHash, asSignature, type Result } from "#base";
import { ed25519PublicKey, verifySignature } from "#crypto";
import {
  bondProofMessage,
  decodeBond,
  decodeEvidence,
  decodeRenew,
  decodeUnbond,
  signingHash,
  type Vote,
} from "#model";
import { buildBond, buildEvidence, buildRenew, buildUnbond } from "./build-stake.ts";
import { devAccount } from "./dev-account.ts";

const chainId = asHash(new Uint8Array(32).fill(6));
const { seed, address } = devAccount(1);
const signingSeed = new Uint8Array(32).fill(8);
const onionTip = asHash(new Uint8Array(32).fill(9));
const signing = { chainId, seed, nonce: 4 };

function contentOf<T>(result: Result<T, unknown>): T {
  if (!result.ok) throw new Error("it was refused");
  return result.value;
}

test("a bond proves that its signing key agrees", () => {
  const { transaction, bytes, from } = buildBond({ ...signing, amountAtoms: 500n, signingSeed, onionTip });
  const signingKey = ed25519PublicKey(signingSeed);
  const bond = contentOf(decodeBond(transaction.payload));
  expect(bond).toMatchObject({ amountAtoms: 500n, signingKey, onionTip });
  expect(verifySignature(bond.keyProof, bondProofMessage(chainId, address, signingKey, onionTip), signingKey)).toBe(
    true,
  );
  expect(from).toEqual(address);
  expect(verifySignature(transaction.signature, signingHash(chainId, bytes), transaction.sender)).toBe(true);
  expect(transaction.feeAtoms).toBe(BigInt(bytes.length) * 10n);
});

test("unbond, renewal and evidence hold what they were given", () => {
  expect(contentOf(decodeUnbond(buildUnbond({ ...signing, amountAtoms: 7n }).transaction.payload))).toEqual({
    amountAtoms: 7n,
  });
  const renewal = buildRenew({ ...signing, seed: signingSeed, onionTip }).transaction;
  expect(contentOf(decodeRenew(renewal.payload))).toEqual({ onionTip });
  expect(renewal.sender).toEqual(ed25519PublicKey(signingSeed));
  const vote = (target: number): Vote => ({
    source: { epoch: 1, id: onionTip },
    target: { epoch: target, id: chainId },
    key: ed25519PublicKey(seed),
    signature: asSignature(new Uint8Array(64).fill(target)),
  });
  const evidence = { kind: "votes", pair: [vote(2), vote(3)] } as const;
  expect(contentOf(decodeEvidence(buildEvidence({ ...signing, evidence }).transaction.payload))).toEqual(evidence);
});
