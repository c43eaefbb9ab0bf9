import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { equalBytes, seededRandom } from "#base";
import { createMemoryStore, decodeSeq, type MemoryStore, openLmdbStore, type Store } from "#storage";
import { describeStore, type StorePlace } from "./store.ts";
import { batchOf, headKey, PARTS } from "./store-crash-child.ts";

function memoryPlace(): StorePlace {
  let store: MemoryStore | null = null;
  return {
    async open() {
      store = store === null ? createMemoryStore() : store.reopen();
      return store;
    },
    async dispose() {},
  };
}

function diskPlace(): StorePlace {
  const path = mkdtempSync(join(tmpdir(), "agon-store-"));
  let store: Store | null = null;
  return {
    async open() {
      store = openLmdbStore(path);
      return store;
    },
    async dispose() {
      await store?.close();
      rmSync(path, { recursive: true });
    },
  };
}

describeStore("memory", memoryPlace);
describeStore("lmdb", diskPlace);

/** Lets a child commit until it has said so a number of times, then kills it; gives the last batch it said was durable. */
function runAndKill(path: string, first: number, acknowledgements: number): Promise<number> {
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL("store-crash-child.ts", import.meta.url)), path, `${first}`],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  return new Promise((resolve, reject) => {
    let last = -1;
    let count = 0;
    createInterface(child.stdout).on("line", (line) => {
      last = Number(line);
      if (++count === acknowledgements) child.kill("SIGKILL");
    });
    child.on("error", reject);
    child.on("close", (_, signal) => {
      if (signal === "SIGKILL") resolve(last);
      else reject(new Error(`the child ended by itself after ${count} lines`));
    });
  });
}

describe("kill -9", () => {
  test("every acknowledged batch is there, and every batch is whole or absent", { timeout: 240_000 }, async () => {
    const path = mkdtempSync(join(tmpdir(), "agon-crash-"));
    const random = seededRandom(20);
    let next = 0;
    let unsaid = 0;
    try {
      for (let round = 0; round < 24; round++) {
        const acknowledged = await runAndKill(path, next, 1 + random.below(60));
        const store = openLmdbStore(path);
        const head = decodeSeq(store.get(headKey)!);
        expect(head).toBeGreaterThanOrEqual(acknowledged);
        unsaid += head - acknowledged;
        for (let no = Math.max(0, next - 3); no <= head + 40; no++)
          for (const { key, value } of batchOf(no).slice(0, PARTS)) {
            const found = store.get(key);
            const right = no <= head ? found !== null && equalBytes(found, value!) : found === null;
            if (!right) throw new Error(`batch ${no} of ${head} is not as it must be`);
          }
        await store.close();
        next = head + 1;
      }
    } finally {
      rmSync(path, { recursive: true });
    }
    expect(next).toBeGreaterThan(24 * 10);
    console.info(`${next} batches in 24 lives, ${unsaid} durable before they were acknowledged`);
  });
});
