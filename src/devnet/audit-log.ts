/** Who ordered what of which node, and what came of it: one JSON line each, in a file that outlasts the devnet. */
import { appendFileSync, existsSync, readFileSync, renameSync, statSync } from "node:fs";
import type { AuditEntry } from "#api/contract";
import { OperationError } from "#base";

/** Entries that are kept for reading over the API. */
const KEPT = 1_000;
const MAX_FILE_BYTES = 4 * 1_048_576;

export interface AuditLog {
  /** Durable enough for a console: written before it returns. @throws OperationError `audit-unwritable` */
  add(entry: AuditEntry): void;
  /** Newest first. */
  entries(limit: number): AuditEntry[];
}

export function openAuditLog(file: string): AuditLog {
  const kept = readKept(file);
  // What a devnet that was killed has left of its last line must not spoil the next one.
  let begin = existsSync(file) && !readFileSync(file, "utf8").endsWith("\n") ? "\n" : "";
  return {
    add(entry) {
      try {
        if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > MAX_FILE_BYTES) renameSync(file, `${file}.1`);
        appendFileSync(file, `${begin}${JSON.stringify(entry)}\n`, { mode: 0o600 });
        begin = "";
      } catch (cause) {
        throw new OperationError("audit-unwritable", `the audit log ${file} cannot be written`, { cause });
      }
      kept.push(entry);
      if (kept.length > KEPT) kept.shift();
    },
    entries: (limit) => kept.slice(-limit).reverse(),
  };
}

function readKept(file: string): AuditEntry[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8")
    .split("\n")
    .slice(-KEPT - 1);
  return lines.flatMap((line): AuditEntry[] => {
    try {
      return line === "" ? [] : [JSON.parse(line)];
    } catch {
      // A line that was cut short.
      return [];
    }
  });
}
