import { fork } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { asHash, OperationError } from "#base";
import { type DataDirectory, openDataDirectory } from "./data-directory.ts";
import { keys } from "./keys.ts";
import { openLmdbStore } from "./lmdb-store.ts";
import { put } from "./port.ts";

const hash = (byte: number) => asHash(new Uint8Array(32).fill(byte));
const options = { chainId: hash(1), genesisId: hash(2), schemaVersion: 1 };
const opener = fileURLToPath(new URL("./testing/open-directory.ts", import.meta.url));
const writer = fileURLToPath(new URL("./testing/write-on.ts", import.meta.url));
const flipper = fileURLToPath(new URL("./testing/flip-bits.ts", import.meta.url));

let root: string;
let path: string;
let file: string;
const open: DataDirectory[] = [];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "agon-data-"));
  path = join(root, "a", "node");
  file = join(path, "store", "data.mdb");
});
afterEach(async () => {
  for (const directory of open.splice(0)) await directory.close();
  rmSync(root, { recursive: true });
});

async function opened(change: Partial<Parameters<typeof openDataDirectory>[1]> = {}): Promise<DataDirectory> {
  const directory = await openDataDirectory(path, { ...options, ...change });
  open.push(directory);
  return directory;
}

/** The code and the words of the refusal. */
async function refusal(change: Partial<Parameters<typeof openDataDirectory>[1]> = {}): Promise<string> {
  const error = await openDataDirectory(path, { ...options, ...change }).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(OperationError);
  const { code, message } = error as OperationError;
  expect(message).toContain(path);
  return `${code}: ${message}`;
}

async function filled(): Promise<void> {
  const directory = await opened();
  for (let seq = 0; seq < 300; seq++)
    await directory.store.commit([
      put(keys.header(seq), new Uint8Array(500).fill(seq)),
      put(keys.block(seq), new Uint8Array(seq % 10 === 0 ? 30_000 : 300).fill(seq)),
    ]);
  await directory.close();
}

function overwrite(at: number, bytes: Uint8Array): void {
  writeSync(openSync(file, "r+"), bytes, 0, bytes.length, at);
}

describe("data directory", () => {
  test("is made for its owner only, and found again", async () => {
    const first = await opened();
    expect(first.fresh).toBe(true);
    expect(statSync(path).mode & 0o777).toBe(0o700);
    await first.store.commit([put(keys.meta("head"), Uint8Array.of(5))]);
    await first.close();
    expect(existsSync(join(path, "pid"))).toBe(false);
    const second = await opened();
    expect(second.fresh).toBe(false);
    expect(second.store.get(keys.meta("head"))).toEqual(Uint8Array.of(5));
  });

  test("of another chain, another genesis, or another version of the program is refused", async () => {
    await (await opened()).close();
    expect(await refusal({ chainId: hash(9) })).toMatch(/^data-other-chain: .*its chain is 0101.*not 0909.*--spec/s);
    expect(await refusal({ genesisId: hash(9) })).toMatch(/^data-other-chain: .*its genesis is 0202/s);
    expect(await refusal({ schemaVersion: 0 })).toMatch(/^data-newer-schema: .*data format 1.*knows 0.*update/s);
    expect(await refusal({ schemaVersion: 2 })).toMatch(/^data-older-schema: .*data format 1.*needs 2/s);
    await opened();
  });

  test("can be looked into while it is in use, but not written or made so", async () => {
    expect(await refusal({ readOnly: true })).toMatch(/^data-missing/);
    expect(existsSync(path)).toBe(false);
    await opened();
    const looking = await opened({ readOnly: true });
    expect(looking.store.get(keys.meta("chain"))).toEqual(hash(1));
    await expect(looking.store.commit([put(keys.meta("x"), hash(1))])).rejects.toMatchObject({ code: "disk-failed" });
  });

  test("is never called damaged because a node writes to it meanwhile", async () => {
    const child = fork(writer, [path]);
    await once(child, "message");
    for (let look = 0; look < 60; look++) await (await openDataDirectory(path, { ...options, readOnly: true })).close();
    const ended = once(child, "exit");
    child.disconnect();
    await ended;
  });

  test("in use by this process is locked", async () => {
    await opened();
    expect(await refusal()).toMatch(new RegExp(`^data-locked: .*pid ${process.pid}\\)`));
  });

  test("is free again after its process was killed; of six starts at once one wins", { timeout: 240_000 }, async () => {
    for (let round = 0; round < 2; round++) {
      const children = Array.from({ length: 6 }, () => fork(opener, [path]));
      const words = await Promise.all(children.map(async (child) => String((await once(child, "message"))[0])));
      const winners = children.filter((_, i) => words[i] === "open");
      expect(words.filter((word) => word === "data-locked").length).toBe(5);
      expect(winners.length).toBe(1);
      expect(await refusal()).toMatch(new RegExp(`^data-locked: .*\\(pid ${winners[0]!.pid}\\)`));
      const ended = children.map((child) => (child.exitCode ?? child.signalCode) === null && once(child, "exit"));
      winners[0]!.kill("SIGKILL");
      await Promise.all(ended);
      expect(readFileSync(join(path, "pid"), "utf8")).toBe(`${winners[0]!.pid}\n`);
    }
    await opened();
  });

  test("that cannot be written is refused", async () => {
    writeFileSync(join(root, "a"), "a file where a folder should be");
    expect(await refusal()).toMatch(/^data-unwritable: .*cannot be used/);
    rmSync(join(root, "a"));
    await (await opened()).close();
    if (process.getuid?.() === 0) return;
    chmodSync(path, 0o500);
    expect(await refusal()).toMatch(/^data-unwritable/);
    chmodSync(path, 0o700);
  });

  test("whose lock file is something else is refused", async () => {
    await (await opened()).close();
    writeFileSync(join(path, "lock"), "x".repeat(5_000));
    expect(await refusal()).toMatch(/^data-damaged: .*lock is not a lock file: delete it/);
  });
});

describe("a damaged data file is refused before it is mapped", () => {
  test("whole, it is taken, also when checked in full", async () => {
    await filled();
    expect((await opened({ checkAll: true })).checkedPages).toBeGreaterThan(50);
  });

  test.for([
    ["another file", () => writeFileSync(file, "not a database".repeat(1_000)), /it is not an LMDB file/],
    ["zeroed head", () => overwrite(0, new Uint8Array(8_192)), /it is not an LMDB file/],
    ["cut to half", () => truncateSync(file, statSync(file).size / 2), /the file ends before/],
    ["cut by its last pages", () => truncateSync(file, statSync(file).size - 8_192), /the file ends before/],
    ["cut to a page", () => truncateSync(file, 4_096), /it ends within its first pages/],
    ["cut to a few bytes", () => truncateSync(file, 10), /it ends within its first pages/],
    ["zeroed from the middle", () => overwrite(100 * 4_096, new Uint8Array(1e6)), /page \d+: it holds garbage/],
    ["noise everywhere", () => overwrite(8_192, new Uint8Array(2e6).fill(0xa5)), /page \d+: it holds garbage/],
    ["a wrong page size", () => overwrite(48, Uint8Array.of(1, 2, 3, 4)), /its page size is wrong/],
    ["an unknown format", () => overwrite(28, Uint8Array.of(77)), /another version/],
  ] as const)("%s", async ([, damage, words]) => {
    await filled();
    damage();
    const text = await refusal();
    expect(text).toMatch(/^data-damaged: .*put back a copy/s);
    expect(text).toMatch(words);
  });

  test.for([
    ["empty", () => truncateSync(file, 0), /it is empty, and a chain was in it/],
    ["gone", () => rmSync(file), /it is gone, and a chain was in it/],
    [
      "that of another, which was never used",
      () => {
        const other = join(root, "other");
        mkdirSync(other);
        return openLmdbStore(other)
          .close()
          .then(() => copyFileSync(join(other, "data.mdb"), file));
      },
      /it holds nothing, and a chain was in it/,
    ],
  ] as const)("%s where a chain was, it is not taken for new", async ([, damage, words]) => {
    await (await opened()).close();
    await damage();
    for (const change of [{}, { readOnly: true }, { mustExist: true, checkAll: true }]) {
      const text = await refusal(change);
      expect(text).toMatch(words);
      expect(text).toMatch(/^data-damaged: .*put back a copy of .*, or move .*store away and let the node sync again/s);
    }
    renameSync(join(path, "store"), join(path, "store-damaged"));
    expect((await opened()).fresh).toBe(true);
  });

  test("empty where no chain was, it is taken for new: a crash in the first moment leaves it so", async () => {
    mkdirSync(join(path, "store"), { recursive: true });
    writeFileSync(file, "");
    expect((await opened()).fresh).toBe(true);
  });

  test("a folder that was made before chains were marked gets its mark with the next start", async () => {
    await (await opened()).close();
    rmSync(join(path, "store", "chain"));
    await (await opened()).close();
    truncateSync(file, 0);
    expect(await refusal()).toMatch(/^data-damaged/);
  });

  test("any flipped bit leads to a refusal or to a store that can be read, never to a crash", async () => {
    await filled();
    const child = fork(flipper, [path, "80"]);
    const words: unknown[] = [];
    child.on("message", (word) => words.push(word));
    expect(await once(child, "exit")).toEqual([0, null]);
    expect(words.length).toBe(80);
    expect(words).toContain("read");
    expect(words).toContain("data-damaged");
    const allowed = ["read", "data-damaged", "data-other-chain", "data-newer-schema", "data-unwritable"];
    expect(words.filter((word) => !allowed.includes(String(word)))).toEqual([]);
  });
});
