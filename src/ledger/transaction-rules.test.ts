import { describe, expect, test } from "vitest";
import type { PreparedTransaction } from "#model";
import { A, B, C, D, prepare, record, testSpec, transfer } from "./testing/test-chain.ts";
import { createTransactionRules } from "./transaction-rules.ts";

const rules = createTransactionRules(testSpec());
const from = { from: A, nonce: 0 };

function codeOf(tx: PreparedTransaction): string {
  const checked = rules.read(tx);
  return checked.ok ? "ok" : checked.error.code;
}

describe("what can be said of a transaction without the state (rule TX-9)", () => {
  test("accepts what is just enough", () => {
    expect(codeOf(transfer(from, [B, 1_000n]))).toBe("ok");
    expect(codeOf(record(from, new Uint8Array(16_384)))).toBe("ok");
    expect(codeOf(record(from, new Uint8Array(0), 0))).toBe("ok");
  });

  test.each<[string, string, PreparedTransaction]>([
    ["another kind", "tx-kind", prepare(from, 3, new Uint8Array(28))],
    ["kind 0", "tx-kind", prepare(from, 0, new Uint8Array(28))],
    ["no output", "transfer-malformed", prepare(from, 1, new Uint8Array(0))],
    ["part of an output", "transfer-malformed", prepare(from, 1, new Uint8Array(27))],
    ["513 outputs", "transfer-malformed", prepare(from, 1, new Uint8Array(513 * 28))],
    ["a cut record", "record-malformed", prepare(from, 2, new Uint8Array(4))],
    ["a record of another media type", "record-malformed", prepare(from, 2, Uint8Array.of(2, 5, 0, 0, 0))],
    ["a record with another offset", "record-malformed", prepare(from, 2, Uint8Array.of(1, 6, 0, 0, 0, 0))],
    ["a long record", "record-too-large", prepare(from, 2, longRecord())],
    ["a fee too low by one", "tx-fee-low", transfer({ ...from, feeAtoms: 1_459n }, [B, 1_000n])],
    ["a record's fee too low", "tx-fee-low", record({ ...from, feeAtoms: 1_229n }, new Uint8Array(0))],
    ["an output too small by one", "transfer-dust", transfer(from, [B, 2_000n], [B, 999n])],
    ["a sum of 2^64", "tx-overflow", transfer({ ...from, feeAtoms: 2_000n }, [B, 2n ** 64n - 2_000n])],
    ["a sum that would wrap to little", "tx-overflow", transfer(from, [B, 2n ** 63n], [C, 2n ** 63n])],
    [
      "a record whose fee leaves no room",
      "tx-overflow",
      record({ ...from, feeAtoms: 2n ** 64n - 1n }, new Uint8Array(9)),
    ],
  ])("refuses %s: %s", (_, code, tx) => {
    expect(codeOf(tx)).toBe(code);
    expect(rules.cost(tx, () => true).ok).toBe(false);
  });

  test("checks in the order of the rule", () => {
    expect(codeOf(prepare({ ...from, feeAtoms: 0n }, 1, new Uint8Array(27)))).toBe("transfer-malformed");
    expect(codeOf(transfer({ ...from, feeAtoms: 0n }, [B, 1n]))).toBe("tx-fee-low");
    expect(codeOf(transfer(from, [B, 1n], [B, 2n ** 64n - 1n]))).toBe("transfer-dust");
  });
});

describe("what a transaction costs (rule TX-10)", () => {
  const cost = (tx: PreparedTransaction): bigint => {
    const result = rules.cost(tx, (address) => address === A || address[0] === B[0]);
    if (!result.ok) throw new Error(result.error.code);
    return result.value;
  };

  test("is fee and amounts", () => {
    expect(cost(transfer({ ...from, feeAtoms: 2_000n }, [B, 1_000n], [B, 5_000n]))).toBe(8_000n);
  });

  test("and a burn for each account that is new, once", () => {
    const outputs = [
      [C, 1_000n],
      [B, 1_000n],
      [D, 1_000n],
      [C, 1_000n],
    ] as const;
    expect(cost(transfer({ ...from, feeAtoms: 9_000n }, ...outputs))).toBe(9_000n + 4_000n + 20_000n);
    expect(cost(transfer({ ...from, feeAtoms: 9_000n }, [C, 1_000n]))).toBe(20_000n);
  });

  test("and a burn for each byte of a record", () => {
    expect(cost(record({ ...from, feeAtoms: 9_000n }, new Uint8Array(7)))).toBe(9_700n);
  });
});

function longRecord(): Uint8Array {
  const payload = new Uint8Array(5 + 16_385);
  payload[1] = 5;
  return payload;
}
