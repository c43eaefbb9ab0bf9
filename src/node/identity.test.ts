import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { seededRandom, toHex } from "#base";
import { tempDir } from "../../test/support/temp.ts";
import { loadIdentity } from "./identity.ts";

it("a node keeps its key, for its owner only", () => {
  const folder = tempDir();
  const first = loadIdentity(folder, seededRandom(1));
  expect(toHex(loadIdentity(folder, seededRandom(2)))).toBe(toHex(first));
  expect(statSync(join(folder, "node-key")).mode & 0o777).toBe(0o600);
  expect(readFileSync(join(folder, "node-key"), "utf8").trim()).toBe(toHex(first));
});

it("a key that cannot be read is not replaced in silence", () => {
  const folder = tempDir();
  for (const text of ["", "zz", "00".repeat(31)]) {
    writeFileSync(join(folder, "node-key"), text);
    expect(() => loadIdentity(folder, seededRandom(1))).toThrow(expect.objectContaining({ code: "node-key-damaged" }));
  }
});
