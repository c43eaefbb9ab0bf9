/** A demonstration told step by step, with checks that are shown when they are made and counted at the end. */
import { setTimeout as delay } from "node:timers/promises";
import { ApiError } from "#api/contract";
import { OperationError } from "#base";
import { isPassing } from "../patience.ts";

const LOOK_EVERY_MS = 200;

export interface Check {
  readonly what: string;
  readonly expected: string;
  readonly found: string;
  readonly ok: boolean;
}

export interface Comparison {
  readonly expected: string;
  readonly found: string;
}

export interface Story {
  readonly checks: readonly Check[];
  /** A heading. */
  chapter(text: string): Promise<void>;
  say(text: string): Promise<void>;
  check(what: string, expected: string, found: string): Promise<void>;
  /**
   * A check of what the newest blocks say. One that gives way to another takes it back until the next has it, so what
   * does not hold, or is not there, is looked at again until the time is over.
   * @returns what was seen last
   */
  settle<T extends Comparison>(what: string, limitMs: number, look: () => Promise<T>): Promise<T>;
  /** Asks until there is an answer, over a node that is too busy to give one. @throws OperationError `timeout` that says what did not come */
  until<T>(what: string, limitMs: number, ask: () => Promise<T | null>): Promise<T>;
}

/** @param tell takes one line */
export function createStory(tell: (line: string) => Promise<void>, signal: AbortSignal): Story {
  const checks: Check[] = [];
  const startedMs = performance.now();
  const check = async (what: string, expected: string, found: string): Promise<void> => {
    const ok = expected === found;
    checks.push({ what, expected, found, ok });
    await tell(ok ? `   ✓ ${what}: ${found}` : `   ✗ ${what}: ${found}, not ${expected}`);
  };
  const isWorthWaiting = (error: unknown): boolean =>
    !signal.aborted && (isPassing(error) || (error instanceof ApiError && error.code === "not-found"));
  let chapters = 0;
  return {
    checks,
    async chapter(text) {
      chapters++;
      const atS = Math.round((performance.now() - startedMs) / 1_000);
      await tell(`\n${chapters}. ${text}  (${atS} s)`);
    },
    say: (text) => tell(`   ${text}`),
    check,
    async settle(what, limitMs, look) {
      const endMs = performance.now() + limitMs;
      for (;;) {
        const isOver = performance.now() >= endMs;
        const seen = await look().catch((error: unknown) => {
          if (isOver || !isWorthWaiting(error)) throw error;
          return null;
        });
        if (seen !== null && (isOver || seen.expected === seen.found)) {
          await check(what, seen.expected, seen.found);
          return seen;
        }
        await delay(LOOK_EVERY_MS, undefined, { signal });
      }
    },
    async until(what, limitMs, ask) {
      for (const endMs = performance.now() + limitMs; performance.now() < endMs; ) {
        const found = await ask().catch((error: unknown) => {
          if (signal.aborted || !isPassing(error)) throw error;
          return null;
        });
        if (found !== null) return found;
        await delay(LOOK_EVERY_MS, undefined, { signal });
      }
      throw new OperationError("timeout", `${what} has not come within ${Math.round(limitMs / 1_000)} s`);
    },
  };
}
