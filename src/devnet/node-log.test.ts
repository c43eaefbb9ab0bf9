import { closeSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { tempDir } from "../../test/support/temp.ts";
import { createNodeLog } from "./node-log.ts";

it("stays bounded under a writer that knows nothing of it", () => {
  const log = createNodeLog(join(tempDir(), "node-1", "node.log"));
  expect(log.tail(3)).toEqual([]);
  const file = log.open();
  writeSync(file, `${"x".repeat(5 * 1_048_576)}\nlast\n`);
  log.trim();
  expect([statSync(log.path).size, statSync(`${log.path}.1`).size]).toEqual([0, 5 * 1_048_576 + 6]);
  writeSync(file, "one\n\ntwo\nthree\n");
  expect(log.tail(2)).toEqual(["two", "three"]);
  log.trim();
  expect(statSync(log.path).size).toBe(15);
  closeSync(file);
  const again = log.open();
  expect(log.tail(2)).toEqual([]);
  writeSync(again, "four\n");
  expect(log.tail(2)).toEqual(["four"]);
  closeSync(again);
});
