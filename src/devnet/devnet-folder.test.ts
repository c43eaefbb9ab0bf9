import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { tempDir } from "../../test/support/temp.ts";
import { openDevnetFolder } from "./devnet-folder.ts";

const dev = { name: "dev", id: "aa" };
const kept = { fresh: false };

it("is claimed for one chain and locked", () => {
  const path = join(tempDir(), "deep", "devnet");
  const folder = openDevnetFolder(path, kept);
  expect(folder.chain()).toBe(null);
  folder.claim(dev);
  expect(() => openDevnetFolder(path, kept)).toThrow(`a devnet already runs in ${path}`);
  folder.release();
  const again = openDevnetFolder(path, kept);
  expect(again.chain()).toEqual(dev);
  expect(() => again.claim({ name: "test", id: "bb" })).toThrow("is of the chain dev (aa)");
  again.claim(dev);
  again.release();
});

it("is emptied only when it is a devnet's, nobody uses it, and that is wanted", () => {
  const path = tempDir();
  const folder = openDevnetFolder(path, kept);
  folder.claim(dev);
  mkdirSync(folder.nodeFolder("node-1"));
  writeFileSync(join(folder.nodeFolder("node-1"), "block"), "x");
  expect(() => openDevnetFolder(path, { fresh: true })).toThrow("already runs");
  folder.release();
  openDevnetFolder(path, kept).release();
  expect(existsSync(folder.nodeFolder("node-1"))).toBe(true);
  const fresh = openDevnetFolder(path, { fresh: true });
  fresh.claim({ name: "test", id: "bb" });
  fresh.release();
  expect(existsSync(folder.nodeFolder("node-1"))).toBe(false);

  const foreign = tempDir();
  writeFileSync(join(foreign, "letter"), "x");
  for (const fresh of [true, false])
    expect(() => openDevnetFolder(foreign, { fresh })).toThrow("no folder of a devnet");
  expect(existsSync(join(foreign, "letter"))).toBe(true);
});

it("says so when its marker is damaged or it cannot be made", () => {
  const path = tempDir();
  writeFileSync(join(path, "devnet.json"), "{");
  expect(() => openDevnetFolder(path, kept).chain()).toThrow("is damaged");
  writeFileSync(join(path, "file"), "");
  expect(() => openDevnetFolder(join(path, "file", "below"), kept)).toThrow("cannot be made");
});
