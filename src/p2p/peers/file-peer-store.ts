/** The peer data as one JSON file, written whole and put in place by a rename. */

import { readFile, rename, writeFile } from "node:fs/promises";
import type { Logger } from "#base";
import { type PeerStore, parsePeerData } from "./peer-store.ts";

/** Far above what a full book needs; a larger file is not ours. */
const MAX_FILE_BYTES = 4 << 20;

/** A file that cannot be used is reported and counts as empty: peers can be found again. */
export function createFilePeerStore(path: string, log: Logger): PeerStore {
  return {
    async load() {
      try {
        const text = await readFile(path, "utf8");
        const data = text.length > MAX_FILE_BYTES ? null : parsePeerData(JSON.parse(text));
        if (data === null) log.warn("peer file ignored", { path });
        return data;
      } catch (error) {
        if ((error as { code?: string }).code !== "ENOENT")
          log.warn("peer file not read", { path, error: String(error) });
        return null;
      }
    },
    async save(data) {
      const temporary = `${path}.new`;
      await writeFile(temporary, JSON.stringify(data), { mode: 0o600 });
      await rename(temporary, path);
    },
  };
}
