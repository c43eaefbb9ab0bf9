/** Each connection is an open file, and systems bound their number: better known at start than in the middle of a night. */
import { readFileSync } from "node:fs";
import { OperationError } from "#base";

/** For the database, logs, the node's connections and what else a process has open. */
const RESERVE = 128;

/** @returns how many files this process may have open; null where the system does not say (it is asked on Linux alone) */
export function readDescriptorLimit(limits: () => string = readLimits): number | null {
  let text: string;
  try {
    text = limits();
  } catch {
    return null;
  }
  const soft = /^Max open files\s+(\d+|unlimited)/m.exec(text)?.[1];
  return soft === undefined || soft === "unlimited" ? null : Number(soft);
}

/** @throws OperationError `descriptor-limit` when so many connections cannot all be open */
export function assertDescriptors(maxConnections: number, limit: number | null): void {
  const needed = maxConnections + RESERVE;
  if (limit === null || needed <= limit) return;
  throw new OperationError(
    "descriptor-limit",
    `${maxConnections} connections need ${needed} open files, and this process may have ${limit}: ` +
      `raise the limit (ulimit -n ${needed}, or LimitNOFILE= of the service), or allow fewer connections (--max-connections ${Math.max(1, limit - RESERVE)})`,
  );
}

function readLimits(): string {
  return readFileSync("/proc/self/limits", "utf8");
}
