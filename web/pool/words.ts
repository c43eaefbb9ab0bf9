/** What the pages about a pool call things. */
import type { PoolBlockState, PoolScheme } from "#api/contract";
import { ATOMS_PER_COIN } from "#model";
import { withPrefix } from "../app/overview/chain-stats.ts";
import type { Word } from "../ui/index.ts";

export const BLOCK_STATES: Readonly<Record<PoolBlockState, Word>> = {
  pending: { word: "maturing", tone: "info", icon: "clock" },
  confirmed: { word: "confirmed", tone: "good", icon: "check" },
  orphaned: { word: "not in the chain", tone: "bad", icon: "fork" },
};

/** A block is divided when the chain first shows it; until then it may be too late. */
export function blockWord({ state, reward }: { readonly state: PoolBlockState; readonly reward: string | null }): Word {
  return state === "pending" && reward === null
    ? { word: "looked for", tone: "neutral", icon: "search" }
    : BLOCK_STATES[state];
}

export const PAYOUT_STATES: Readonly<Record<"signed" | "confirmed" | "released", Word>> = {
  signed: { word: "on its way", tone: "info", icon: "clock" },
  confirmed: { word: "final", tone: "good", icon: "check" },
  released: { word: "given up", tone: "warn", icon: "alert" },
};

export const VERDICTS: Readonly<Record<"too-early" | "normal" | "suspect" | "withholding", Word>> = {
  "too-early": { word: "too early to say", tone: "neutral", icon: "clock" },
  normal: { word: "as chance has it", tone: "good", icon: "check" },
  suspect: { word: "suspect", tone: "warn", icon: "alert" },
  withholding: { word: "keeps blocks back", tone: "bad", icon: "alert" },
};

export const SCHEMES: Readonly<Record<PoolScheme, string>> = {
  pplns: "The last shares before a block are paid, whoever made them and whenever.",
  prop: "The shares of a round are paid when its block is found.",
  pps: "Each share is bought at once, whether or not a block is found.",
  solo: "Who finds a block gets it whole.",
};

export function percent(part: number, digits = 1): string {
  return `${(100 * part).toFixed(digits)} %`;
}

export function feeText(feePpm: number): string {
  return `${feePpm / 10_000} %`;
}

/** "1.25 M" of expected hashes, as a decimal string. */
export function workText(work: string): string {
  return withPrefix(Number(work)).join(" ").trimEnd();
}

/** "100" of atoms, for sentences. */
export function coinsText(atoms: string): string {
  const value = BigInt(atoms);
  const fraction = (value % ATOMS_PER_COIN).toString().padStart(8, "0").replace(/0+$/, "");
  return `${value / ATOMS_PER_COIN}${fraction === "" ? "" : `.${fraction}`}`;
}
