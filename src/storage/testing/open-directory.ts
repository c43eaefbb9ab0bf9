/** Opens a data directory in a process of its own, for tests; says `open` or the code of the refusal. */
import { flushCompileCache } from "node:module";
import { asHash, OperationError } from "#base";
import { openDataDirectory } from "../data-directory.ts";

// Otherwise it is written at an end that never comes.
flushCompileCache();
const [, , path] = process.argv as [string, string, string];

try {
  const [chainId, genesisId] = [1, 2].map((byte) => asHash(new Uint8Array(32).fill(byte))) as [never, never];
  await openDataDirectory(path, { chainId, genesisId, schemaVersion: 1 });
  // Listening keeps the process, and with it the lock, until it is killed.
  process.on("message", () => {});
  process.send?.("open");
} catch (error) {
  process.send?.(error instanceof OperationError ? error.code : String(error));
  process.disconnect();
}
