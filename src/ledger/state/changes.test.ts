import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { OperationError, toHex } from "#base";
import { createLedger } from "../ledger.ts";
import { A, block, C, testSpec, transfer } from "../testing/test-chain.ts";
import { decodeChanges, encodeChanges } from "./changes.ts";

function changedLedger() {
  const ledger = createLedger(testSpec());
  const before = toHex(ledger.root);
  const applied = ledger.apply(block(1, [transfer({ from: A, nonce: 0 }, [C, 2_000n])]));
  if (!applied.ok) throw new Error(applied.error.fault.code);
  return { ledger, before, changes: applied.value.changes };
}

describe("the changes of a block", () => {
  test("name each key once, with its tag, before and after", () => {
    const { changes } = changedLedger();
    const keys = changes.entries.map(({ key }) => toHex(key));
    expect(new Set(keys).size).toBe(keys.length);
    const created = changes.entries.find(({ key }) => toHex(key) === `01${toHex(C)}`);
    expect(created?.before).toBeNull();
    expect(toHex(created!.after!)).toBe("0000000000000000d007000000000000");
  });

  test("survive their encoding, and so does their plain form", () => {
    const { ledger, before, changes } = changedLedger();
    const after = toHex(ledger.root);
    const bytes = encodeChanges(changes);
    expect(encodeChanges({ entries: changes.entries })).toEqual(bytes);
    const decoded = decodeChanges(bytes);
    expect(decoded.entries).toEqual(changes.entries);
    ledger.revert(decoded);
    expect(toHex(ledger.root)).toBe(before);
    ledger.replay({ entries: changes.entries });
    expect(toHex(ledger.root)).toBe(after);
  });

  test("are refused when damaged", () => {
    const bytes = encodeChanges(changedLedger().changes);
    expect(() => decodeChanges(bytes.subarray(0, -1))).toThrow(OperationError);
    expect(() => decodeChanges(Uint8Array.of(1))).toThrow(OperationError);
    expect(() => decodeChanges(Uint8Array.of(99, 1))).toThrow("damaged at byte 0");
    expect(() => encodeChanges({ entries: [{ key: Uint8Array.of(99), before: null, after: null }] })).toThrow(
      RangeError,
    );
    fc.assert(
      fc.property(fc.uint8Array(), (random) => {
        try {
          decodeChanges(random);
        } catch (error) {
          expect(error).toBeInstanceOf(OperationError);
        }
      }),
    );
  });
});
