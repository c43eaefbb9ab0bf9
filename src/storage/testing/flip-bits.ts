/** Flips one bit of a data file after the other, opens it and reads all of it, for tests; says what came of each. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { asHash, OperationError, seededRandom } from "#base";
import { openDataDirectory } from "../data-directory.ts";

const [, , path, rounds] = process.argv as [string, string, string, string];
const file = join(path, "store", "data.mdb");
const whole = readFileSync(file);
const random = seededRandom(7);
const [chainId, genesisId] = [1, 2].map((byte) => asHash(new Uint8Array(32).fill(byte))) as [never, never];

async function readAll(): Promise<string> {
  const directory = await openDataDirectory(path, { chainId, genesisId, schemaVersion: 1 });
  try {
    for (const [key] of directory.store.range({ gte: Uint8Array.of(0), lt: Uint8Array.of(255) }))
      directory.store.get(key);
    return "read";
  } finally {
    await directory.close();
  }
}

for (let round = 0; round < Number(rounds); round++) {
  const bytes = Uint8Array.from(whole);
  // Mostly in headers and entry tables of pages, where it matters; in every second round in the first two.
  const page = round % 2 === 0 ? random.below(2) : random.below(bytes.length / 4_096);
  bytes[page * 4_096 + random.below(round % 3 === 0 ? 4_096 : 200)]! ^= 1 << random.below(8);
  writeFileSync(file, bytes);
  const word = await readAll().catch((error: unknown) =>
    error instanceof OperationError ? error.code : String(error),
  );
  process.send?.(word);
}
process.disconnect();
