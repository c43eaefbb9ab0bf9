/** Going over to another branch, or only as far as is needed to judge it. Works on the working state; commits nothing. */
import { equalBytes, InvariantError, type Logger, type Result, toHex } from "#base";
import type { Engine } from "#consensus";
import type { Bus, NodeEvents } from "#events";
import type { BlockStore } from "./block-store.ts";
import type { BlockEntry } from "./entry.ts";
import type { Finality } from "./finality.ts";
import { beats, findRoute, type Route } from "./fork-choice.ts";
import type { ChainOptions } from "./options.ts";
import type { ExecutionFault, WorkingState } from "./working-state.ts";

export interface BranchesParts {
  readonly engine: Engine;
  readonly blocks: BlockStore;
  readonly working: WorkingState;
  readonly finality: Finality;
  readonly events: Bus<NodeEvents>;
  readonly log: Logger;
}

export class Branches {
  readonly #options: ChainOptions;
  readonly #parts: BranchesParts;
  #deepBranch: BlockEntry | null = null;
  /** The best that the working head was on before a branch was executed only to be judged. */
  #before: BlockEntry | null = null;

  constructor(options: ChainOptions, parts: BranchesParts) {
    this.#options = options;
    this.#parts = parts;
  }

  /** A heavier branch that forks deeper than can be undone; it waits for the operator. */
  get deepBranch(): BlockEntry | null {
    return this.#deepBranch;
  }

  /**
   * Moves the working head to a better branch.
   * @param head the committed one
   * @returns null when the branch is left alone: it contradicts what is final, or forks too deep
   */
  follow(entry: BlockEntry, head: BlockEntry): Result<void, ExecutionFault> | null {
    const { blocks, working, events, log, finality } = this.#parts;
    const route = findRoute(blocks, working.head, entry);
    if (route === null) return null;
    if (route.ancestor.header.height < finality.finalized.height) {
      finality.contradictedBy(entry, head);
      return null;
    }
    if (this.#isTooDeep(route)) {
      this.#deepBranch = entry;
      const text = `a heavier branch forks ${route.revert.length} blocks below the head; 'agon chain accept ${toHex(entry.id)}' follows it`;
      events.emit("notice", { code: "deep-reorg", text, active: true });
      log.warn("deep reorganisation refused", { depth: route.revert.length, id: toHex(entry.id) });
      return null;
    }
    return working.switchTo(route);
  }

  /**
   * Executes a stored branch up to `entry`, because a block behind it cannot be judged otherwise. The working head
   * stays there, so that the blocks that follow are executed as they come; `goBackUnlessBetter` ends that.
   * @returns what is wrong with the branch, or null
   */
  execute(entry: BlockEntry): ExecutionFault | null {
    const { blocks, engine, working, finality } = this.#parts;
    if (entry.status !== "header-valid") return null;
    const route = findRoute(blocks, working.head, entry);
    if (route === null || route.ancestor.header.height < finality.finalized.height || this.#isTooDeep(route))
      return null;
    const before = working.head;
    const done = working.switchTo(route);
    if (!done.ok) return done.error;
    // Since an earlier judgement of the same group a better block may have come.
    if (this.#before === null || beats(engine, before.snapshot, this.#before.snapshot)) this.#before = before;
    return null;
  }

  /** Call before every commit. */
  goBackUnlessBetter(): void {
    const { blocks, engine, working } = this.#parts;
    const before = this.#before;
    this.#before = null;
    if (before === null || equalBytes(before.id, working.head.id)) return;
    if (beats(engine, working.head.snapshot, before.snapshot)) return;
    const route = findRoute(blocks, working.head, before);
    if (route === null || !working.switchTo(route).ok)
      throw new InvariantError(`there is no way back to block ${toHex(before.id)}`);
  }

  /** Nothing waits for the operator any more: the branch was followed, outgrown, or found invalid. */
  clearDeepBranch(): void {
    if (this.#deepBranch === null) return;
    this.#deepBranch = null;
    this.#parts.events.emit("notice", { code: "deep-reorg", text: "", active: false });
  }

  clearOutgrown(head: BlockEntry): void {
    if (this.#deepBranch !== null && !beats(this.#parts.engine, this.#deepBranch.snapshot, head.snapshot))
      this.clearDeepBranch();
  }

  #isTooDeep({ revert }: Route): boolean {
    return revert.length > this.#options.undoBlocks || revert.some((entry) => !this.#parts.working.canUndo(entry));
  }
}
