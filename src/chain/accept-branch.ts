/** Following a branch that forks deeper than changes are kept: the state is built again from genesis. */
import {
  type BlockId,
  blameNobody,
  blameSender,
  equalBytes,
  err,
  type Fault,
  InvariantError,
  ok,
  type Result,
  toHex,
} from "#base";
import type { Engine } from "#consensus";
import type { BlockInput, StateChanges } from "#ledger";
import type { BlockStore } from "./block-store.ts";
import type { BlockEntry } from "./entry.ts";
import { beats, findRoute } from "./fork-choice.ts";
import type { ImportLine } from "./import-line.ts";
import type { ChainLedger, WorkingState } from "./working-state.ts";

export interface AcceptParts {
  readonly engine: Engine;
  readonly blocks: BlockStore;
  readonly working: WorkingState;
  readonly line: ImportLine;
  readonly createLedger: () => ChainLedger;
}

export function acceptDeepBranch(id: BlockId, parts: AcceptParts): Promise<Result<void, Fault>> {
  const { blocks, working, line } = parts;
  return line.exclusively(async () => {
    const tip = blocks.get(id);
    if (tip === null || tip.status === "invalid" || line.deepBranch === null) return err(blameNobody("branch-unknown"));
    // Only what is better may be followed: some other branch was never meant.
    if (!beats(parts.engine, tip.snapshot, working.head.snapshot)) return err(blameNobody("branch-unknown"));
    const route = findRoute(blocks, working.head, tip);
    if (route === null) return err(blameNobody("branch-unknown"));
    const ledger = rebuildUpTo(parts, route.ancestor);
    const bad = tryBranch(parts, ledger, route.apply);
    if (bad !== null) {
      for (const entry of route.apply.slice(bad.place)) working.markInvalid(entry);
      await line.commit();
      line.clearDeepBranch();
      return err(bad.fault);
    }
    working.replace(ledger, route.ancestor);
    const done = working.switchTo({ ...route, revert: [] });
    if (!done.ok) throw new InvariantError(`block ${toHex(done.error.entry.id)} executed once and not twice`);
    await line.commit();
    return ok(undefined);
  });
}

/** Executes a branch and takes it back; nothing is stored. @returns its first bad block and what is wrong with it */
function tryBranch(
  parts: AcceptParts,
  ledger: ChainLedger,
  branch: readonly BlockEntry[],
): { readonly place: number; readonly fault: Fault } | null {
  const done: StateChanges[] = [];
  for (const [place, entry] of branch.entries()) {
    const applied = ledger.apply(inputOf(parts, entry));
    if (!applied.ok) return { place, fault: applied.error.fault };
    done.push(applied.value.changes);
    if (!equalBytes(applied.value.root, entry.header.stateRoot))
      return { place, fault: blameSender("state-root", { height: entry.header.height }) };
  }
  for (const changes of done.reverse()) ledger.revert(changes);
  return null;
}

/** Executes the chain of the head again from genesis; it was valid before, so a fault is our own. */
function rebuildUpTo(parts: AcceptParts, end: BlockEntry): ChainLedger {
  const ledger = parts.createLedger();
  for (let height = 1; height <= end.header.height; height++) {
    const entry = parts.blocks.atHeight(height);
    if (entry === null) throw new InvariantError(`block ${height} is missing`);
    if (!ledger.apply(inputOf(parts, entry)).ok)
      throw new InvariantError(`block ${toHex(entry.id)} does not execute again`);
  }
  return ledger;
}

function inputOf({ engine, blocks }: AcceptParts, entry: BlockEntry): BlockInput {
  const parent = blocks.get(entry.header.parent);
  if (parent === null) throw new InvariantError(`the parent of block ${toHex(entry.id)} is missing`);
  const { header } = entry;
  return {
    height: header.height,
    timeMs: header.timeMs,
    proposer: header.proposer,
    transactions: blocks.transactions(entry),
    votes: blocks.body(entry).votes,
    orders: engine.orders(header, parent.snapshot),
    rewards: (feesAtoms) => engine.rewards(header, parent.snapshot, feesAtoms),
  };
}
