/** What a miner keeps of its pool: receipts, heads that earlier audits have seen, orders that it took. JSON lines, only ever added to. */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { OperationError } from "#base";

export interface KeptReceipt {
  readonly round: number;
  readonly leaf: number;
  /** Hex (RECEIPT-2). */
  readonly receipt: string;
}

export interface ReceiptsFile {
  /** In the order of the file. */
  readonly receipts: readonly KeptReceipt[];
  /** Hex (LOG-5). */
  readonly heads: readonly string[];
  /** Hex of orders about the threshold, after the pool's signature that it took each (THRESHOLD-4). */
  readonly thresholds: readonly string[];
}

/** @throws OperationError `receipts-malformed` that names the line */
export function readReceiptsFile(path: string): ReceiptsFile {
  const receipts: KeptReceipt[] = [];
  const heads: string[] = [];
  const thresholds: string[] = [];
  const lines = readFileSync(path, "utf8").split("\n");
  for (const [i, line] of lines.entries()) {
    if (line.trim() === "") continue;
    const entry = parseLine(line);
    // A process that was killed leaves half a line at the end.
    if (entry === null && i === lines.length - 1) continue;
    if (entry === null)
      throw new OperationError("receipts-malformed", `line ${i + 1} of ${path} is neither a receipt nor a head`);
    if ("head" in entry) heads.push(entry.head);
    else if ("threshold" in entry) thresholds.push(entry.threshold);
    else receipts.push(entry);
  }
  return { receipts, heads, thresholds };
}

export function readReceiptsIfThere(path: string): ReceiptsFile {
  return existsSync(path) ? readReceiptsFile(path) : { receipts: [], heads: [], thresholds: [] };
}

export function addReceipts(path: string, receipts: readonly KeptReceipt[]): void {
  const lines = receipts.map(({ round, leaf, receipt }) => `${JSON.stringify({ round, leaf, receipt })}\n`);
  if (lines.length > 0) appendFileSync(path, lines.join(""));
}

export function addHeads(path: string, heads: readonly string[]): void {
  if (heads.length > 0) appendFileSync(path, heads.map((head) => `${JSON.stringify({ head })}\n`).join(""));
}

export function addThreshold(path: string, threshold: string): void {
  appendFileSync(path, `${JSON.stringify({ threshold })}\n`);
}

function parseLine(line: string): KeptReceipt | { readonly head: string } | { readonly threshold: string } | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null) return null;
  const { round, leaf, receipt, head, threshold } = value as Partial<Record<string, unknown>>;
  if (isHex(head)) return { head };
  if (isHex(threshold)) return { threshold };
  if (typeof round !== "number" || typeof leaf !== "number" || !isHex(receipt)) return null;
  return { round, leaf, receipt };
}

function isHex(value: unknown): value is string {
  return typeof value === "string" && /^([0-9a-f]{2})+$/.test(value);
}
