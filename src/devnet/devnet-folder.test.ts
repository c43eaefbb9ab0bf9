import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { tempDir } from "../../test/support/temp.ts";
import { openDevnetFolder } from "./devnet-folder.ts";

const dev = { chainName: "dev", chainId: "aa", fresh: false };

it("is claimed for one chain and locked", () => {
  const path = join(tempDir(), "deep", "devnet");
  const folder = openDevnetFolder(path, dev);
  expect(() => openDevnetFolder(path, dev)).toThrow(`a devnet already runs in ${path}`);
  folder.release();
  expect(() => openDevnetFolder(path, { ...dev, chainName: "test", chainId: "bb" })).toThrow(
    "is of the chain dev (aa)",
  );
  openDevnetFolder(path, dev).release();
});

it("is emptied only when it is a devnet's, nobody uses it, and that is wanted", () => {
  const path = tempDir();
  const folder = openDevnetFolder(path, dev);
  mkdirSync(folder.nodeFolder("node-1"));
  writeFileSync(join(folder.nodeFolder("node-1"), "block"), "x");
  expect(() => openDevnetFolder(path, { ...dev, fresh: true })).toThrow("already runs");
  folder.release();
  openDevnetFolder(path, dev).release();
  expect(existsSync(folder.nodeFolder("node-1"))).toBe(true);
  openDevnetFolder(path, { chainName: "test", chainId: "bb", fresh: true }).release();
  expect(existsSync(folder.nodeFolder("node-1"))).toBe(false);

  const foreign = tempDir();
  writeFileSync(join(foreign, "letter"), "x");
  for (const fresh of [true, false])
    expect(() => openDevnetFolder(foreign, { ...dev, fresh })).toThrow("no folder of a devnet");
  expect(existsSync(join(foreign, "letter"))).toBe(true);
});

it("says so when its marker is damaged or it cannot be made", () => {
  const path = tempDir();
  writeFileSync(join(path, "devnet.json"), "{");
  expect(() => openDevnetFolder(path, dev)).toThrow("is damaged");
  writeFileSync(join(path, "file"), "");
  expect(() => openDevnetFolder(join(path, "file", "below"), dev)).toThrow("cannot be made");
});
