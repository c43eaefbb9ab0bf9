import { truncateSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { builtInSpec } from "#spec";
import { decodeSeq, encodeSeq, keys, put, remove, type Store, type Write } from "#storage";
import { mineSample, openMine } from "../../../test/support/sample-chain.ts";
import { createTempFolder, type TempFolder } from "../../../test/support/temp.ts";
import { type FsckReport, fsck } from "./fsck.ts";
import { validateChain, withStore } from "./transfer.ts";

const spec = builtInSpec("dev");
const BLOCKS = 7;
let folder: TempFolder;
let pending: Uint8Array;

beforeAll(async () => {
  folder = await createTempFolder();
  const mine = await openMine(folder.dir, spec);
  await mineSample(mine, BLOCKS);
  const transfer = mine.chain.transactions(mine.chain.blockAt(2)!)[0]!;
  pending = transfer.bytes;
  await mine.close();
});
afterAll(() => folder[Symbol.asyncDispose]());

/** Checks the folder with some values changed, and puts them back afterwards. */
async function checkWith(damage: (store: Store) => readonly Write[], rebuild = false): Promise<FsckReport> {
  const change = (writes: (store: Store) => readonly Write[]): Promise<readonly Write[]> =>
    withStore(folder.dir, spec, false, async (store) => {
      const made = writes(store);
      const before = made.map(({ key }): Write => {
        const value = store.get(key);
        return value === null ? remove(key) : put(key, value);
      });
      await store.commit(made);
      return before;
    });
  const before = await change(damage);
  try {
    return await fsck(folder.dir, spec, { rebuild });
  } finally {
    if (!rebuild) await change(() => before);
  }
}

function changed(store: Store, key: Uint8Array, at: number): Write {
  const bytes = store.get(key)!.slice();
  bytes[at]! ^= 1;
  return put(key, bytes);
}

function found(report: FsckReport): Record<string, boolean> {
  return Object.fromEntries(report.findings.map(({ check, ok }) => [check, ok]));
}

function textOf(report: FsckReport, check: string): string {
  return report.findings.find((finding) => finding.check === check)!.text;
}

const sound = { file: true, blocks: true, state: true, changes: true, supply: true, journal: true };
const seqAt = (store: Store, height: number): number => decodeSeq(store.get(keys.canonical(height))!);

describe("fsck", () => {
  it("finds nothing wrong with a good data directory", async () => {
    const report = await fsck(folder.dir, spec, { rebuild: false });
    expect(report).toMatchObject({ ok: true, height: BLOCKS });
    expect(found(report)).toEqual(sound);
    expect(textOf(report, "blocks")).toMatch(/^8 blocks with \d+ transactions/);
    expect(textOf(report, "changes")).toContain(`${BLOCKS} blocks`);
  });

  it("counts what waits in the journal", async () => {
    const list = Uint8Array.from([4, 0, 0, 0, ...pending]);
    expect(textOf(await checkWith(() => [put(keys.journal(0), list)]), "journal")).toBe(
      "1 transactions in the journal",
    );
  });

  it("finds a damaged state page and makes the state again from the blocks", async () => {
    const damage = (store: Store) => [changed(store, keys.page(0), 30)];
    const report = await checkWith(damage);
    expect(report.ok).toBe(false);
    expect(found(report)).toMatchObject({ file: true, blocks: true, state: false, journal: true });
    expect(textOf(report, "state")).toContain("agon fsck --rebuild");
    expect(found(await checkWith(damage, true))).toEqual(sound);
    expect(found(await fsck(folder.dir, spec, { rebuild: false }))).toEqual(sound);
    const mine = await openMine(folder.dir, spec);
    await mineSample(mine, 2);
    await mine.close();
    expect(await validateChain(folder.dir, spec)).toMatchObject({ height: BLOCKS + 2 });
    expect(found(await fsck(folder.dir, spec, { rebuild: false }))).toEqual(sound);
  });

  it("finds a state page that cannot be read, or is missing", async () => {
    expect(found(await checkWith(() => [put(keys.page(0), Uint8Array.of(99))]))).toMatchObject({ state: false });
    expect(found(await checkWith(() => [remove(keys.page(0))]))).toMatchObject({ state: false });
  });

  it("finds missing and false changes between the state and the head", async () => {
    const missing = await checkWith((store) => [remove(keys.delta(seqAt(store, BLOCKS + 1)))]);
    expect(found(missing)).toEqual({ ...sound, changes: false });
    expect(textOf(missing, "changes")).toBe(`no changes for height ${BLOCKS + 1}`);
    const wrong = await checkWith((store) => {
      const key = keys.delta(seqAt(store, BLOCKS + 1));
      return [changed(store, key, store.get(key)!.length - 1)];
    });
    expect(found(wrong)).toMatchObject({ blocks: true, state: true, changes: false });
  });

  it("finds a body that is not its header's, a missing block and a gap in the chain", async () => {
    const other = await checkWith((store) => [
      put(keys.block(seqAt(store, 2)), store.get(keys.block(seqAt(store, 1)))!),
    ]);
    expect(found(other)).toEqual({ ...sound, blocks: false });
    expect(textOf(other, "blocks")).toMatch(/^height 2 \([0-9a-f]{64}\): the body/);
    expect(found(await checkWith((store) => [remove(keys.block(seqAt(store, 3)))]))).toMatchObject({ blocks: false });
    expect(found(await checkWith(() => [remove(keys.canonical(3))]))).toMatchObject({ blocks: false });
    const jumped = await checkWith((store) => [put(keys.canonical(3), encodeSeq(seqAt(store, 4)))]);
    expect(found(jumped)).toMatchObject({ blocks: false });
  });

  it("finds a missing checkpoint and a damaged journal", async () => {
    expect(found(await checkWith(() => [remove(keys.meta("checkpoint"))]))).toMatchObject({ state: false });
    expect(found(await checkWith(() => [put(keys.journal(0), Uint8Array.of(7))]))).toEqual({
      ...sound,
      journal: false,
    });
    const notOne = Uint8Array.from([4, 0, 0, 0, 1, 2, 3]);
    expect(found(await checkWith(() => [put(keys.journal(0), notOne)]))).toEqual({ ...sound, journal: false });
  });

  it("says so when there is nothing to check, or no reading it", async () => {
    await expect(checkWith(() => [remove(keys.meta("head"))])).rejects.toMatchObject({ code: "data-missing" });
    await expect(fsck(folder.dir, builtInSpec("test"), { rebuild: false })).rejects.toMatchObject({
      code: "data-other-chain",
    });
    await using cut = await createTempFolder();
    const mine = await openMine(cut.dir, spec);
    await mine.close();
    truncateSync(join(cut.dir, "store", "data.mdb"), 5_000);
    await expect(fsck(cut.dir, spec, { rebuild: false })).rejects.toMatchObject({ code: "data-damaged" });
  });
});
