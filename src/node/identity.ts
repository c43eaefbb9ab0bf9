/** The node's lasting key: who it is to its peers, and the owner of its rewards unless another address is given. */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { join } from "node:path";
import { fromHex, OperationError, type Random, toHex } from "#base";

const FILE = "node-key";
const SEED_BYTES = 32;

/** @returns the 32-byte Ed25519 seed. @throws OperationError `node-key-damaged` */
export function loadIdentity(folder: string, random: Random): Uint8Array {
  const path = join(folder, FILE);
  if (!existsSync(path)) {
    const seed = random.bytes(SEED_BYTES);
    const file = openSync(`${path}.new`, "w", 0o600);
    writeSync(file, `${toHex(seed)}\n`);
    fsyncSync(file);
    closeSync(file);
    renameSync(`${path}.new`, path);
    return seed;
  }
  const seed = fromHex(readFileSync(path, "utf8").trim());
  if (seed?.length === SEED_BYTES) return seed;
  throw new OperationError(
    "node-key-damaged",
    `${path} does not hold a key (64 hex digits). Put the copy back, or remove the file to become another node.`,
  );
}
