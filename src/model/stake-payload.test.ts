import { ByteVectorType, ContainerType, UintBigintType } from "@chainsafe/ssz";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { asAddress, asHash, asKey, asSignature, concatBytes, toHex, utf8 } from "#base";
import { sha256 } from "#crypto";
import { decodeEvidence, encodeEvidence } from "./evidence.ts";
import type { Header } from "./header.ts";
import {
  bondProofMessage,
  decodeBond,
  decodeRenew,
  decodeUnbond,
  encodeBond,
  encodeRenew,
  encodeUnbond,
} from "./stake-payload.ts";
import type { Vote } from "./vote.ts";

const bondType = new ContainerType({
  amount: new UintBigintType(8),
  signingKey: new ByteVectorType(32),
  onionTip: new ByteVectorType(32),
  keyProof: new ByteVectorType(64),
});
const filled = (byte: number, length = 32) => new Uint8Array(length).fill(byte);
const amounts = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const bytesOf = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const codeOf = (result: { ok: boolean; error?: { code: string } }): string => (result.ok ? "ok" : result.error!.code);

describe("bonds, unbonds and renewals", () => {
  test("a bond has the bytes of the SSZ library, and comes back from them", () => {
    fc.assert(
      fc.property(amounts, bytesOf(32), bytesOf(32), bytesOf(64), (amountAtoms, key, tip, proof) => {
        const bond = { amountAtoms, signingKey: asKey(key), onionTip: asHash(tip), keyProof: asSignature(proof) };
        const bytes = encodeBond(bond);
        const expected = bondType.serialize({ amount: amountAtoms, signingKey: key, onionTip: tip, keyProof: proof });
        expect(toHex(bytes)).toBe(toHex(expected));
        expect(decodeBond(bytes)).toEqual({ ok: true, value: bond });
      }),
    );
  });

  test("an unbond is its amount, a renewal its tip", () => {
    expect(toHex(encodeUnbond({ amountAtoms: 258n }))).toBe("0201000000000000");
    expect(decodeUnbond(encodeUnbond({ amountAtoms: 258n }))).toEqual({ ok: true, value: { amountAtoms: 258n } });
    expect(decodeRenew(encodeRenew({ onionTip: asHash(filled(7)) }))).toEqual({
      ok: true,
      value: { onionTip: filled(7) },
    });
    expect(() => encodeUnbond({ amountAtoms: 2n ** 64n })).toThrow(RangeError);
  });

  test("other lengths are refused", () => {
    expect(codeOf(decodeBond(filled(0, 135)))).toBe("bond-malformed");
    expect(codeOf(decodeBond(filled(0, 137)))).toBe("bond-malformed");
    expect(codeOf(decodeUnbond(filled(0, 7)))).toBe("unbond-malformed");
    expect(codeOf(decodeRenew(filled(0, 33)))).toBe("renew-malformed");
  });

  test("the proof of a bond covers chain, owner, key and tip", () => {
    const [chainId, owner, key, tip] = [
      asHash(filled(1)),
      asAddress(filled(2, 20)),
      asKey(filled(3)),
      asHash(filled(4)),
    ];
    expect(toHex(bondProofMessage(chainId, owner, key, tip))).toBe(
      toHex(sha256(concatBytes(utf8("agon/bond/v1"), filled(1), filled(2, 20), filled(3), filled(4)))),
    );
  });
});

describe("evidence", () => {
  const header = (sealByte: number): Header => ({
    version: 1,
    height: 5,
    parent: asHash(filled(1)),
    timeMs: 2_000,
    bodyRoot: asHash(filled(2)),
    stateRoot: asHash(filled(3)),
    proposer: asAddress(filled(4, 20)),
    claim: filled(5),
    seal: filled(sealByte, 96),
  });
  const vote = (epoch: number): Vote => ({
    source: { epoch: 0, id: asHash(filled(1)) },
    target: { epoch, id: asHash(filled(2)) },
    key: asKey(filled(3)),
    signature: asSignature(filled(4, 64)),
  });

  test("comes back from its bytes", () => {
    const blocks = { kind: "blocks", pair: [header(6), header(7)] } as const;
    const votes = { kind: "votes", pair: [vote(1), vote(2)] } as const;
    expect(decodeEvidence(encodeEvidence(blocks))).toEqual({ ok: true, value: blocks });
    expect(decodeEvidence(encodeEvidence(votes))).toEqual({ ok: true, value: votes });
    expect(encodeEvidence(votes)).toHaveLength(1 + 8 + 2 * 176);
    expect(encodeEvidence(blocks)).toHaveLength(1 + 8 + 2 * (142 + 32 + 96));
  });

  test("that cannot be read is refused", () => {
    const votes = encodeEvidence({ kind: "votes", pair: [vote(1), vote(2)] });
    const blocks = encodeEvidence({ kind: "blocks", pair: [header(6), header(7)] });
    const changed = (bytes: Uint8Array, at: number, value: number) => {
      const copy = bytes.slice();
      copy[at] = value;
      return copy;
    };
    const bad = [
      new Uint8Array(0),
      Uint8Array.of(1),
      votes.slice(0, -1),
      concatBytes(votes, Uint8Array.of(0)),
      changed(votes, 0, 0),
      changed(votes, 0, 1),
      changed(votes, 0, 3),
      changed(blocks, 0, 2),
      changed(votes, 1, 12),
      changed(votes, 9 + 7, 0xff),
      changed(blocks, 9, 2),
    ];
    for (const bytes of bad) expect(codeOf(decodeEvidence(bytes))).toBe("evidence-malformed");
  });
});
