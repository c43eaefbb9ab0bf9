import { execFileSync, spawn } from "node:child_process";
import { on } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { asHash } from "#base";
import { openDataDirectory } from "./data-directory.ts";

const filler = fileURLToPath(new URL("./testing/fill-disk.ts", import.meta.url));
const isRoot = process.getuid?.() === 0;

interface Word {
  readonly codes: readonly string[];
  readonly committed: number;
  readonly whole: boolean;
}

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "agon-full-"));
});
afterEach(() => rmSync(root, { recursive: true }));

/** The child's two reports; `makeSpace` is called between them. What lmdb writes to stderr is not for the eyes here. */
async function fill(command: string, args: readonly string[], makeSpace: () => void): Promise<[Word, Word]> {
  const child = spawn(command, args, { stdio: ["ignore", "inherit", "ignore", "ipc"] });
  const words: Word[] = [];
  for await (const [word] of on(child, "message", { close: ["exit"] })) {
    words.push(word as Word);
    // To the end of the child: a disk in use cannot be taken away.
    if (words.length === 2) continue;
    makeSpace();
    child.send("go");
  }
  return words as [Word, Word];
}

function expectRecovery([full, after]: [Word, Word]): void {
  expect(full.codes).toEqual(["disk-full", "disk-full", "disk-full", "disk-full"]);
  expect(full.committed).toBeGreaterThan(20);
  expect(full.whole).toBe(true);
  expect(after).toEqual({ codes: Array.from({ length: 10 }, () => "ok"), committed: 10, whole: true });
}

function withSmallDisk(sizeBytes: number, use: (path: string) => Promise<void>): Promise<void> {
  const path = join(root, "disk");
  mkdirSync(path);
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${sizeBytes}`, "tmpfs", path]);
  return use(path).finally(() => execFileSync("umount", [path]));
}

describe("a full disk", () => {
  test("at a file size limit: says so, keeps what it had, goes on in freed pages", async () => {
    // In units of 1,024 bytes.
    expectRecovery(
      await fill("bash", ["-c", `ulimit -f 3000 && exec '${process.execPath}' '${filler}' '${root}' remove`], () => {}),
    );
  });

  test.runIf(isRoot)("of 4 MiB: says so, keeps what it had, goes on when space returns", async () => {
    await withSmallDisk(4 * 2 ** 20, async (path) => {
      const ballast = join(path, "ballast");
      writeFileSync(ballast, new Uint8Array(2 ** 20));
      expectRecovery(await fill(process.execPath, [filler, path, "wait"], () => rmSync(ballast)));
    });
  });

  test.runIf(isRoot)("without a byte left at the start: an error in words, and no harm", async () => {
    await withSmallDisk(2 ** 20, async (path) => {
      const [chainId, genesisId] = [1, 2].map((byte) => asHash(new Uint8Array(32).fill(byte))) as [never, never];
      const options = { chainId, genesisId, schemaVersion: 1 };
      const ballast = join(path, "ballast");
      for (const sizeBytes of [2 ** 20, 2 ** 20 - 8_192, 2 ** 20 - 20_480]) {
        try {
          writeFileSync(ballast, new Uint8Array(sizeBytes));
        } catch {
          // The disk is smaller by its own folders: then it is full to the last byte.
        }
        await expect(openDataDirectory(join(path, "node"), options)).rejects.toThrow(
          expect.objectContaining({ code: expect.stringMatching(/^(data-unwritable|disk-full)$/) }),
        );
        rmSync(ballast);
      }
      const directory = await openDataDirectory(join(path, "node"), options);
      await directory.close();
    });
  });

  test.runIf(isRoot)("a disk that is read-only: refused in words", async () => {
    await withSmallDisk(2 ** 20, async (path) => {
      execFileSync("mount", ["-o", "remount,ro", path]);
      const [chainId, genesisId] = [1, 2].map((byte) => asHash(new Uint8Array(32).fill(byte))) as [never, never];
      await expect(openDataDirectory(path, { chainId, genesisId, schemaVersion: 1 })).rejects.toThrow(
        expect.objectContaining({ code: "data-unwritable", message: expect.stringContaining("read-only file system") }),
      );
    });
  });
});
