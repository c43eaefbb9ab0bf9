/** What a key has signed, as far as it decides what it may sign next: the minimal form of EIP-3076 (rule STAKE-20). */
import { blameNobody, err, type Fault, ok, type Result } from "#base";

/** Null where nothing of the kind was signed. */
export interface Protection {
  readonly lastBlockSlot: number | null;
  /** Highest epoch that a vote started from. */
  readonly lastVoteSource: number | null;
  /** Highest epoch that was voted for. */
  readonly lastVoteTarget: number | null;
}

/** What a signature would commit its key to. */
export type SigningClaim =
  | { readonly domain: "block"; readonly slot: number }
  | { readonly domain: "vote"; readonly source: number; readonly target: number };

export const NOTHING_SIGNED: Protection = { lastBlockSlot: null, lastVoteSource: null, lastVoteTarget: null };

/**
 * A block needs a later slot than the last; a vote a source not before the last and a later target.
 * @returns the protection once this is signed, or `guard-refused` with what was asked and what was signed before
 */
export function protectionAfter(before: Protection, claim: SigningClaim): Result<Protection, Fault> {
  return claim.domain === "block" ? afterBlock(before, claim.slot) : afterVote(before, claim.source, claim.target);
}

/** The higher of each: what either forbids stays forbidden. */
export function mergeProtections(a: Protection, b: Protection): Protection {
  return {
    lastBlockSlot: higher(a.lastBlockSlot, b.lastBlockSlot),
    lastVoteSource: higher(a.lastVoteSource, b.lastVoteSource),
    lastVoteTarget: higher(a.lastVoteTarget, b.lastVoteTarget),
  };
}

function afterBlock(before: Protection, slot: number): Result<Protection, Fault> {
  const last = before.lastBlockSlot;
  if (last !== null && slot <= last) return refused(`a block for slot ${slot}`, `a block for slot ${last}`);
  return ok({ ...before, lastBlockSlot: slot });
}

function afterVote(before: Protection, source: number, target: number): Result<Protection, Fault> {
  const { lastVoteSource, lastVoteTarget } = before;
  const isLater = lastVoteTarget === null || target > lastVoteTarget;
  if (source >= target || (lastVoteSource !== null && source < lastVoteSource) || !isLater)
    return refused(
      `a vote from epoch ${source} to epoch ${target}`,
      lastVoteTarget === null ? "no vote" : `votes up to source ${lastVoteSource} and target ${lastVoteTarget}`,
    );
  return ok({ ...before, lastVoteSource: source, lastVoteTarget: target });
}

function refused(asked: string, signed: string): Result<never, Fault> {
  return err(blameNobody("guard-refused", { asked, signed }));
}

function higher(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.max(a, b);
}
