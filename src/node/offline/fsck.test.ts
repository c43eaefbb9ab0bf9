import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { concatBytes } from "#base";
import { builtInSpec } from "#spec";
import { keys, put, remove, type Store, type Write } from "#storage";
import { holder, type Mine, mineSample, openMine } from "../../../test/support/sample-chain.ts";
import { createTempFolder, type TempFolder } from "../../../test/support/temp.ts";
import { type FsckReport, fsck } from "./fsck.ts";

const spec = builtInSpec("dev");
const BLOCKS = 7;
let folder: TempFolder;

beforeAll(async () => {
  folder = await createTempFolder();
  await withMine((mine) => mineSample(mine, BLOCKS));
});
afterAll(() => folder[Symbol.asyncDispose]());

async function withMine<T>(work: (mine: Mine) => Promise<T>): Promise<T> {
  const mine = await openMine(folder.dir, spec);
  try {
    return await work(mine);
  } finally {
    await mine.close();
  }
}

/** Looks at the folder with some values changed; puts them back afterwards. */
async function whileDamaged<T>(damage: (store: Store) => readonly Write[], look: () => Promise<T>): Promise<T> {
  const before = await withMine(async ({ store }) => {
    const writes = damage(store);
    const undo = writes.map(({ key }): Write => {
      const value = store.get(key);
      return value === null ? remove(key) : put(key, value);
    });
    await store.commit(writes);
    return undo;
  });
  try {
    return await look();
  } finally {
    await restore(before);
  }
}

async function restore(writes: readonly Write[]): Promise<void> {
  const { openDataDirectory } = await import("#storage");
  const { genesisIdOf } = await import("../genesis-id.ts");
  const { chainIdOf } = await import("#spec");
  const { SCHEMA_VERSION } = await import("../schema.ts");
  const chainId = chainIdOf(spec);
  const options = { chainId, genesisId: genesisIdOf(spec, chainId), schemaVersion: SCHEMA_VERSION };
  const directory = await openDataDirectory(folder.dir, options);
  await directory.store.commit(writes);
  await directory.close();
}
