import { appendFileSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { tempDir } from "../../test/support/temp.ts";
import { openAuditLog } from "./audit-log.ts";

const entry = (atMs: number) => ({ atMs, action: "mine", node: "node-1", from: "127.0.0.1", ok: true });

it("keeps orders over restarts, newest first, and steps over a torn line", () => {
  const file = join(tempDir(), "audit.jsonl");
  const log = openAuditLog(file);
  for (const atMs of [1, 2, 3]) log.add(entry(atMs));
  expect(log.entries(2)).toEqual([entry(3), entry(2)]);
  expect(statSync(file).mode & 0o077).toBe(0);
  appendFileSync(file, '{"atMs": 4, "act');
  expect(
    openAuditLog(file)
      .entries(10)
      .map(({ atMs }) => atMs),
  ).toEqual([3, 2, 1]);
  const next = openAuditLog(file);
  next.add(entry(5));
  next.add(entry(6));
  expect(
    openAuditLog(file)
      .entries(3)
      .map(({ atMs }) => atMs),
  ).toEqual([6, 5, 3]);
  expect(readFileSync(file, "utf8").split("\n")[0]).toBe(JSON.stringify(entry(1)));
});

it("says when an order cannot be written down", () => {
  const dir = tempDir();
  const log = openAuditLog(join(dir, "gone", "audit.jsonl"));
  expect(() => log.add(entry(1))).toThrow("cannot be written");
  rmSync(dir, { recursive: true });
});
