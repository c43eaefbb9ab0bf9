/** What the queries are made over. */
import type { Accounting } from "../accounting.ts";
import type { AccountingOptions, AccountingParts } from "../parts.ts";

export interface QueryContext {
  readonly options: AccountingOptions;
  readonly parts: AccountingParts;
  readonly accounting: Accounting;
}

/** Newest first; `next` asks for what follows. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next: number | null;
}

export interface PageRequest {
  /** The `next` of the page before; absent: from the newest. */
  readonly before?: number;
  readonly limit?: number;
}

const MOST = 100;

export function pageLimit({ limit = MOST }: PageRequest): number {
  return Math.min(MOST, Math.max(1, Math.floor(limit)));
}

export function pageStart({ before }: PageRequest): number {
  return before ?? Number.MAX_SAFE_INTEGER;
}

/** @param keyOf by which the list is ordered, falling */
export function toPage<T>(items: readonly T[], limit: number, keyOf: (item: T) => number): Page<T> {
  return { items, next: items.length < limit ? null : keyOf(items.at(-1)!) };
}
