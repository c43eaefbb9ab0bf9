/** Headers first: a peer's branch from where it leaves ours, each header checked on the one before. */
import { blameSender, equalBytes, err, type Fault, ok, type Result } from "#base";
import type { Chain } from "#chain";
import type { Engine, Parsed, Snapshot, Verdict } from "#consensus";
import type { Header } from "#model";

/** A branch of checked headers; `snapshot` is that of the last. */
export interface HeaderChain {
  /** Those whose blocks are not stored yet; of a long branch only the first, the others are checked and counted. */
  readonly headers: Parsed[];
  snapshot: Snapshot;
  /** The engine needs the state of an earlier block before it can check further. */
  complete: boolean;
}

/** @returns null when the first header does not follow any block we have */
export function startHeaderChain(chain: Pick<Chain, "block">, first: Header): HeaderChain | null {
  const parent = chain.block(first.parent);
  return parent === null ? null : { headers: [], snapshot: parent.snapshot, complete: false };
}

/** Checks seals and the rules on the parent; bodies come later. */
export function extendHeaderChain(
  chain: Pick<Chain, "engine" | "block" | "fence">,
  branch: HeaderChain,
  headers: readonly Header[],
  { nowMs, maxKept }: { readonly nowMs: number; readonly maxKept: number },
): Result<void, Fault> {
  const { engine } = chain;
  for (const header of headers) {
    const parsed = engine.parse(header);
    if (!parsed.ok) return parsed;
    if (!equalBytes(header.parent, branch.snapshot.id)) return err(blameSender("headers-not-linked"));
    const known = chain.block(parsed.value.id);
    if (known !== null) {
      if (known.status === "invalid") return err(blameSender("block-known-invalid"));
      branch.snapshot = known.snapshot;
      continue;
    }
    const fenced = chain.fence(header.height, parsed.value.id);
    if (fenced !== null) return err(fenced);
    const sealed = engine.checkSeal(parsed.value);
    if (!sealed.ok) return sealed;
    const { verdict, parent } = checkAhead(engine, parsed.value, branch.snapshot, nowMs);
    if (verdict.kind === "fault") return err(verdict.fault);
    if (verdict.kind === "wait") {
      branch.complete = true;
      // Behind a stored branch that was never executed: importing this block is what executes it.
      if (verdict.why === "needs-state" && chain.block(header.parent) !== null) branch.headers.push(parsed.value);
      return ok(undefined);
    }
    if (branch.headers.length < maxKept) branch.headers.push(parsed.value);
    branch.snapshot = engine.advance(parent, parsed.value, null, null);
  }
  return ok(undefined);
}

/**
 * Where the engine would wait for the state, the header may still hold on what that state usually is: its block is worth
 * fetching then, and the import line, which has the state, decides.
 */
function checkAhead(
  engine: Engine,
  block: Parsed,
  parent: Snapshot,
  nowMs: number,
): { readonly verdict: Verdict; readonly parent: Snapshot } {
  const verdict = engine.checkOnParent(block, parent, nowMs);
  if (verdict.kind !== "wait" || verdict.why !== "needs-state") return { verdict, parent };
  const presumed = engine.presume(parent);
  const likely = engine.checkOnParent(block, presumed, nowMs);
  return likely.kind === "ok" ? { verdict: likely, parent: presumed } : { verdict, parent };
}
