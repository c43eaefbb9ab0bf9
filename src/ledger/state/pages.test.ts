import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { concatBytes, InvariantError, OperationError, toHex } from "#base";
import { createLedger } from "../ledger.ts";
import { A, addressNo, block, rewardsOf, testSpec, transfer } from "../testing/test-chain.ts";
import type { StatePage } from "./pages.ts";

const spec = testSpec([[A, 10_000_000_000n]]);

/** A ledger with `count` more accounts, and credits that mature. */
function filledLedger(count: number) {
  const ledger = createLedger(spec);
  for (let height = 1, made = 0; made < count; height++) {
    const size = Math.min(100, count - made);
    const outputs = Array.from({ length: size }, (_, i) => [addressNo(made + i), 1_000n] as const);
    made += size;
    const applied = ledger.apply(block(height, [transfer({ from: A, nonce: height - 1 }, ...outputs)], rewardsOf));
    if (!applied.ok) throw new Error(applied.error.fault.code);
  }
  return ledger;
}

function damagedBy(pages: readonly StatePage[]): unknown {
  try {
    createLedger(spec).loadPages(pages);
    return null;
  } catch (error) {
    return error;
  }
}

describe("pages of the state", () => {
  test("give the same state in any order, and go on from there", () => {
    const ledger = filledLedger(500);
    const pages = ledger.takeDirtyPages();
    expect(pages.map(({ no }) => no)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    const loaded = createLedger(spec, { indexSeed: 99 });
    expect(toHex(loaded.loadPages([...pages].reverse()))).toBe(toHex(ledger.root));
    expect(loaded.takeDirtyPages()).toEqual([]);
    expect(loaded.maturing(block(1).proposer)).toEqual(ledger.maturing(block(1).proposer));
    for (const each of [ledger, loaded]) expect(each.apply(block(7)).ok).toBe(true);
    expect(toHex(loaded.root)).toBe(toHex(ledger.root));
    expect(loaded.stats().accounts).toBe(ledger.stats().accounts);
  });

  test("are dirty only where something changed, and again when a commit failed", () => {
    const ledger = filledLedger(500);
    ledger.takeDirtyPages();
    expect(ledger.apply(block(6)).ok).toBe(true);
    const [page, ...others] = ledger.takeDirtyPages();
    expect(others.length).toBeLessThan(3);
    expect(ledger.takeDirtyPages()).toEqual([]);
    ledger.markDirty([page!.no]);
    expect(ledger.takeDirtyPages()).toEqual([page]);
  });

  test("follow the state however it moves", () => {
    const ledger = createLedger(spec);
    const saved = new Map<number, StatePage>();
    const save = (): void => {
      for (const page of ledger.takeDirtyPages()) saved.set(page.no, page);
    };
    save();
    fc.assert(
      fc.property(fc.array(fc.constantFrom("apply", "revert", "draft", "save"), { maxLength: 12 }), (steps) => {
        const undo = [];
        for (const step of steps) {
          const next = block(undo.length + 1, [
            transfer({ from: A, nonce: undo.length }, [addressNo(undo.length), 1_000n]),
          ]);
          if (step === "apply") {
            const applied = ledger.apply(next);
            if (applied.ok) undo.push(applied.value.changes);
          }
          if (step === "draft") ledger.draft({ ...next, candidates: next.transactions });
          if (step === "revert" && undo.length > 0) ledger.revert(undo.pop()!);
          if (step === "save") save();
        }
        save();
        expect(toHex(createLedger(spec).loadPages(saved.values()))).toBe(toHex(ledger.root));
        for (const changes of undo.reverse()) ledger.revert(changes);
      }),
    );
  });

  test("are refused when damaged, and the state stays as it was", () => {
    const pages = filledLedger(100).takeDirtyPages();
    const [first, second] = pages as [StatePage, StatePage];
    const broken: readonly (readonly StatePage[])[] = [
      [first],
      [{ no: 0, bytes: first.bytes.subarray(0, 50) }, second],
      [{ no: 0, bytes: first.bytes.subarray(0, -1) }, second],
      [{ no: 0, bytes: concatBytes(first.bytes, Uint8Array.of(0)) }, second],
      [{ no: 0, bytes: concatBytes(Uint8Array.of(9), first.bytes.subarray(1)) }, second],
      [first, first],
      [first, { no: 7, bytes: second.bytes }],
      [first, { no: 1, bytes: first.bytes }],
    ];
    for (const each of broken.slice(1)) {
      const error = damagedBy(each);
      expect(error).toBeInstanceOf(OperationError);
      expect(error).toMatchObject({ code: "state-page-damaged" });
    }
    const ledger = createLedger(spec);
    const root = toHex(ledger.root);
    expect(() => ledger.loadPages(broken[1]!)).toThrow("page 0 of the state");
    expect(toHex(ledger.root)).toBe(root);
    expect(damagedBy([])).toBeInstanceOf(InvariantError);
  });
});
