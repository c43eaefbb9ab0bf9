/** A demonstration told step by step, with checks that are shown when they are made and counted at the end. */
import { setTimeout as delay } from "node:timers/promises";
import { OperationError } from "#base";
import { isPassing } from "../patience.ts";

const LOOK_EVERY_MS = 200;

export interface Check {
  readonly what: string;
  readonly expected: string;
  readonly found: string;
  readonly ok: boolean;
}

export interface Story {
  readonly checks: readonly Check[];
  /** A heading. */
  chapter(text: string): Promise<void>;
  say(text: string): Promise<void>;
  check(what: string, expected: string, found: string): Promise<void>;
  /** Asks until there is an answer, over a node that is too busy to give one. @throws OperationError `timeout` that says what did not come */
  until<T>(what: string, limitMs: number, ask: () => Promise<T | null>): Promise<T>;
}

/** @param tell takes one line */
export function createStory(tell: (line: string) => Promise<void>, signal: AbortSignal): Story {
  const checks: Check[] = [];
  const startedMs = performance.now();
  let chapters = 0;
  return {
    checks,
    async chapter(text) {
      chapters++;
      const atS = Math.round((performance.now() - startedMs) / 1_000);
      await tell(`\n${chapters}. ${text}  (${atS} s)`);
    },
    say: (text) => tell(`   ${text}`),
    async check(what, expected, found) {
      const ok = expected === found;
      checks.push({ what, expected, found, ok });
      await tell(ok ? `   ✓ ${what}: ${found}` : `   ✗ ${what}: ${found}, not ${expected}`);
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
