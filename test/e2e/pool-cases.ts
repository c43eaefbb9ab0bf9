/** What each command of a pool says where there is none; pool.test.ts runs them where there is one. */
import { expect } from "vitest";
import type { Ended } from "./agon-process.ts";

interface PoolCase {
  readonly argv: () => readonly string[];
  readonly code: number;
  readonly check: (ended: Ended) => void;
}

const NOBODY = "http://127.0.0.1:1";
const ID = "ab".repeat(32);
const ADDRESS = "tagon16hq6jle9weajrasuvawdss6psm49z9n8qwt96j";

function refused(words: readonly string[], code: number, error: string): PoolCase {
  return {
    argv: () => ["pool", ...words, "--json"],
    code,
    check: ({ err }) => expect(JSON.parse(err)).toMatchObject({ error: { code: error } }),
  };
}

export const poolCases: Readonly<Record<string, readonly PoolCase[]>> = {
  "pool run": [
    refused(["run", "--node", NOBODY, "--from", "dev-0"], 1, "unreachable"),
    refused(["run", "--scheme", "lottery"], 2, "usage"),
    refused(["run", "--fee", "101"], 2, "usage"),
  ],
  "pool status": [refused(["status", "--pool", NOBODY], 1, "unreachable")],
  "pool miners": [refused(["miners", "--pool", NOBODY], 1, "unreachable")],
  "pool rounds": [refused(["rounds", "--pool", NOBODY], 1, "unreachable")],
  "pool payouts": [refused(["payouts", "--pool", NOBODY], 1, "unreachable")],
  "pool threshold": [
    refused(["threshold"], 2, "usage"),
    refused(["threshold", "--from", "dev-3", "--address", ADDRESS, "--coins", "1"], 2, "usage"),
    refused(["threshold", "--from", "dev-3", "--coins", "1", "--default"], 2, "usage"),
    refused(["threshold", "--from", "dev-3", "--coins", "0.000000001"], 2, "usage"),
    refused(["threshold", "--pool", NOBODY, "--from", "dev-3", "--coins", "20"], 1, "unreachable"),
  ],
  "pool withdraw": [
    refused(["withdraw", "dev-0", "1"], 2, "usage"),
    refused(["withdraw", "dev-0", "1", "--yes", "--data", "/nowhere"], 1, "token-unreadable"),
  ],
  "pool release": [
    refused(["release", "nonsense", "--yes"], 2, "usage"),
    refused(["release", ID, "--yes", "--data", "/nowhere"], 1, "token-unreadable"),
  ],
  "pool move": [
    refused(["move", "pool.example:3333", "--data", "/nowhere"], 1, "token-unreadable"),
    refused(["move", "pool.example"], 2, "usage"),
  ],
  "pool pay": [refused(["pay", "--data", "/nowhere"], 1, "token-unreadable")],
  "pool audit": [
    refused(["audit"], 2, "usage"),
    refused(["audit", "--pool", NOBODY, "--node", NOBODY, "--address", ADDRESS], 1, "unreachable"),
  ],
};
