/** Opens the data directory that it is given, says so, and writes to it until its parent has gone. */
import { asHash } from "#base";
import { openDataDirectory } from "../data-directory.ts";
import { keys } from "../keys.ts";
import { put } from "../port.ts";

const [path = ""] = process.argv.slice(2);
const hash = (byte: number) => asHash(new Uint8Array(32).fill(byte));
const { store } = await openDataDirectory(path, { chainId: hash(1), genesisId: hash(2), schemaVersion: 1 });
process.on("disconnect", () => process.exit(0));
process.send?.("open");
for (let round = 0; ; round++)
  await store.commit(
    Array.from({ length: 40 }, (_, i) =>
      put(keys.block((round * 7 + i * 61) % 2_000), new Uint8Array(300 + ((round * 97) % 900)).fill(round)),
    ),
  );
