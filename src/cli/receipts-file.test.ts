import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { tempDir } from "../../test/support/temp.ts";
import { addHeads, addReceipts, addThreshold, readReceiptsFile, readReceiptsIfThere } from "./receipts-file.ts";

test("what is kept comes back, in order", () => {
  const path = join(tempDir(), "receipts.jsonl");
  expect(readReceiptsIfThere(path)).toEqual({ receipts: [], heads: [], thresholds: [] });
  const receipts = [
    { round: 1, leaf: 0, receipt: "aa" },
    { round: 1, leaf: 1, receipt: "bb" },
  ];
  addReceipts(path, receipts.slice(0, 1));
  addHeads(path, ["cc"]);
  addReceipts(path, receipts.slice(1));
  addReceipts(path, []);
  addThreshold(path, "dd");
  const kept = { receipts, heads: ["cc"], thresholds: ["dd"] };
  expect(readReceiptsFile(path)).toEqual(kept);
  // A process that was killed while it wrote.
  appendFileSync(path, '{"round":1,"le');
  expect(readReceiptsFile(path)).toEqual(kept);
});

test("a line of something else is named", () => {
  const path = join(tempDir(), "receipts.jsonl");
  for (const line of ["nonsense", "[]", "null", '{"round":1}', '{"head":"xy"}', '{"round":1,"leaf":0,"receipt":"a"}']) {
    writeFileSync(path, `{"head":"aa"}\n${line}\n`);
    expect(() => readReceiptsFile(path), line).toThrow(/line 2 of/);
  }
});
