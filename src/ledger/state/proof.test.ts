import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { concatBytes, fromHex, toHex } from "#base";
import { createLedger } from "../ledger.ts";
import { A, addressNo, B, C, testSpec } from "../testing/test-chain.ts";
import { checkProof, decodeProof, encodeProof, type StateProof } from "./proof.ts";

const many = createLedger(testSpec(Array.from({ length: 200 }, (_, i) => [addressNo(i), BigInt(i + 1)])));

function accountValue(nonce: bigint, balance: bigint): Uint8Array {
  const value = new Uint8Array(16);
  const view = new DataView(value.buffer);
  view.setBigUint64(0, nonce, true);
  view.setBigUint64(8, balance, true);
  return value;
}

function codeOf(result: ReturnType<typeof checkProof>): string {
  return result.ok ? "ok" : result.error.code;
}

describe("a proof", () => {
  test("has the bytes of rule STATE-7 in the example of the specification", () => {
    const ledger = createLedger(testSpec());
    const proof = ledger.prove("account", A);
    const b = "b451e3dee98a07d8c9595942e4576c2b24620c61911fec7e8e7cd1762c14b08f";
    const s = "cd2410e3fa6826b563ea2cd92ce458d96214288b6d0e4ce93f76ef6b65275342";
    const value = toHex(accountValue(0n, 1_000_000n));
    expect(toHex(encodeProof(proof))).toBe(`02040009${b}${s}${value}`);
    expect(checkProof(ledger.root, "account", A, proof)).toEqual({ ok: true, value: accountValue(0n, 1_000_000n) });
  });

  test("shows a value or its absence, survives its encoding, and stays below 1 KiB", () => {
    const { root } = many;
    for (let i = 0; i < 400; i++) {
      const key = addressNo(i);
      const bytes = encodeProof(many.prove("account", key));
      expect(bytes.length).toBeLessThan(1024);
      const decoded = decodeProof(bytes);
      if (!decoded.ok) throw new Error(decoded.error.code);
      expect(checkProof(root, "account", key, decoded.value)).toEqual({
        ok: true,
        value: i < 200 ? accountValue(0n, BigInt(i + 1)) : null,
      });
    }
    const ends = Array.from({ length: 400 }, (_, i) => many.prove("account", addressNo(i)).end.kind);
    expect(new Set(ends)).toEqual(new Set(["value", "other", "empty"]));
  });

  test("shows absence in a state of one entry", () => {
    const ledger = createLedger(testSpec([]));
    const proof = ledger.prove("account", C);
    expect(proof.siblings).toEqual([]);
    expect(checkProof(ledger.root, "account", C, proof)).toEqual({ ok: true, value: null });
    expect(checkProof(ledger.root, "supply", new Uint8Array(0), ledger.prove("supply", new Uint8Array(0))).ok).toBe(
      true,
    );
  });

  test("shows nothing under another root, key or table", () => {
    const proof = many.prove("account", addressNo(3));
    expect(codeOf(checkProof(createLedger(testSpec()).root, "account", addressNo(3), proof))).toBe("proof-wrong");
    expect(codeOf(checkProof(many.root, "account", addressNo(4), proof))).toBe("proof-wrong");
    expect(codeOf(checkProof(many.root, "supply", new Uint8Array(0), proof))).toBe("proof-wrong");
    expect(codeOf(checkProof(many.root, "maturing", addressNo(3), proof))).toBe("proof-malformed");
  });

  test("cannot deny an entry by its own leaf, by another's or by an empty end", () => {
    const present = many.prove("account", addressNo(3));
    const absent = many.prove("account", addressNo(300));
    const own = { end: { kind: "other", path: new Uint8Array(32), valueHash: new Uint8Array(32) } } as const;
    const forged: readonly StateProof[] = [
      { ...present, ...own },
      { ...present, end: { kind: "empty" } },
      { ...absent },
      { ...present, siblings: present.siblings.slice(0, -1), end: { kind: "empty" } },
    ];
    for (const proof of forged) expect(checkProof(many.root, "account", addressNo(3), proof).ok).toBe(false);
  });

  test("is refused with any bit turned", () => {
    for (const n of [3, 300, 301, 302, 303]) {
      const bytes = encodeProof(many.prove("account", addressNo(n)));
      for (let bit = 0; bit < bytes.length * 8; bit++) {
        const bent = bytes.slice();
        bent[bit >> 3]! ^= 1 << (bit & 7);
        const decoded = decodeProof(bent);
        const verdict = decoded.ok
          ? codeOf(checkProof(many.root, "account", addressNo(n), decoded.value))
          : "proof-malformed";
        expect(["proof-malformed", "proof-wrong"]).toContain(verdict);
      }
    }
  });

  test("is refused when cut, too long or nonsense", () => {
    const bytes = encodeProof(many.prove("account", addressNo(3)));
    const check = (bent: Uint8Array): string => {
      const decoded = decodeProof(bent);
      return decoded.ok ? codeOf(checkProof(many.root, "account", addressNo(3), decoded.value)) : decoded.error.code;
    };
    for (let length = 0; length < bytes.length; length++)
      expect(check(bytes.subarray(0, length))).toBe("proof-malformed");
    expect(check(concatBytes(bytes, Uint8Array.of(0)))).toBe("proof-malformed");
    expect(check(fromHex("00ffff")!)).toBe("proof-malformed");
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (random) => check(random) !== "ok"));
  });

  test("is refused when its parts have the wrong lengths", () => {
    const proof = createLedger(testSpec()).prove("account", B);
    const wrong = (bent: StateProof) => codeOf(checkProof(many.root, "account", B, bent));
    expect(wrong({ ...proof, siblings: [new Uint8Array(31)] })).toBe("proof-malformed");
    expect(wrong({ ...proof, siblings: Array.from({ length: 257 }, () => new Uint8Array(32)) })).toBe(
      "proof-malformed",
    );
    expect(wrong({ ...proof, end: { kind: "value", value: new Uint8Array(17) } })).toBe("proof-malformed");
    expect(wrong({ ...proof, end: { kind: "other", path: new Uint8Array(3), valueHash: new Uint8Array(32) } })).toBe(
      "proof-malformed",
    );
  });
});
