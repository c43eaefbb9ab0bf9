/** What a node writes, kept in files of bounded size: `node.log` and the one before, `node.log.1`. */
import { closeSync, copyFileSync, existsSync, mkdirSync, openSync, readSync, statSync, truncateSync } from "node:fs";
import { dirname } from "node:path";

const MAX_LOG_BYTES = 4 * 1_048_576;
const TAIL_BYTES = 16_384;

export interface NodeLog {
  readonly path: string;
  /** A descriptor for a child to write to; the caller closes it. Appending, so that the file can be cut beneath it. */
  open(): number;
  /** Cuts the file when it has grown too long. */
  trim(): void;
  /** The last lines that are not empty, of those written since it was last opened. */
  tail(count: number): readonly string[];
}

export function createNodeLog(path: string): NodeLog {
  let openedBytes = 0;
  return {
    path,
    open() {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      openedBytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
      return openSync(path, "a", 0o600);
    },
    trim() {
      const found = statSync(path, { throwIfNoEntry: false });
      if (found === undefined || found.size <= MAX_LOG_BYTES) return;
      copyFileSync(path, `${path}.1`);
      truncateSync(path);
      openedBytes = 0;
    },
    tail(count) {
      if (!existsSync(path)) return [];
      const file = openSync(path, "r");
      try {
        const { size } = statSync(path);
        const buffer = Buffer.alloc(Math.max(0, Math.min(size - openedBytes, TAIL_BYTES)));
        readSync(file, buffer, 0, buffer.length, size - buffer.length);
        const lines = buffer.toString("utf8").split("\n");
        return lines.filter((line) => line.trim() !== "").slice(-count);
      } finally {
        closeSync(file);
      }
    },
  };
}
