/** Work from a node that is asked for it: again and again, at once when its head moves, and patiently while it is away. */
import { type BlockId, type Cancel, type Clock, equalBytes, type Logger } from "#base";
import type { PowSeal } from "#consensus";
import type { BlockResult } from "../share.ts";
import type { WorkSource, WorkState, WorkTemplate } from "./work-source.ts";

/** The node, by whatever way it is reached. */
export interface WorkFeed {
  /** Each call makes a template anew. @throws or rejects when there is none, or no node */
  template(): Promise<WorkTemplate>;
  /** @throws or rejects when the node cannot be reached */
  submit(template: WorkTemplate, seal: PowSeal): Promise<BlockResult>;
}

export interface FetchedSourceOptions {
  /** A new template, for better fees, after so long; a node remembers a few hundred of them. */
  readonly periodMs: number;
  /** After a failure it is asked again so soon. */
  readonly retryMs: number;
}

export const FETCHED_SOURCE_DEFAULTS: FetchedSourceOptions = { periodMs: 5_000, retryMs: 500 };

export interface FetchedSource extends WorkSource {
  start(): void;
  stop(): void;
  /** The node's head has moved, or may have: ask now, unless the work that there is is on it. */
  refresh(head?: BlockId): void;
}

/** One failure may be a node that is busy with a block; after so many it is away. */
const FAILURES_UNTIL_DOWN = 3;

export function createFetchedSource(
  options: FetchedSourceOptions,
  { feed, clock, log }: { readonly feed: WorkFeed; readonly clock: Clock; readonly log: Logger },
): FetchedSource {
  const listeners = new Set<(state: WorkState) => void>();
  let state: WorkState = { kind: "down", why: "the node has not been asked yet" };
  let running = false;
  let asking = false;
  let askAgain = false;
  /** As it was told last. */
  let head: BlockId | null = null;
  let failures = 0;
  let cancel: Cancel = () => {};

  const set = (next: WorkState): void => {
    state = next;
    for (const listener of listeners) listener(next);
  };

  const ask = async (): Promise<void> => {
    cancel();
    if (asking) {
      // What is on its way may have been made on the head before.
      askAgain = true;
      return;
    }
    asking = true;
    try {
      const template = await feed.template();
      failures = 0;
      if (head !== null && equalBytes(template.parent, head)) askAgain = false;
      if (running) set({ kind: "work", template });
    } catch (error) {
      failures++;
      const why = error instanceof Error ? error.message : String(error);
      if (state.kind === "down") state = { kind: "down", why };
      else if (running && failures >= FAILURES_UNTIL_DOWN) set({ kind: "down", why });
      log.debug("no template", { why });
    }
    asking = false;
    if (!running) return;
    cancel = clock.after(askAgain ? 0 : failures > 0 ? options.retryMs : options.periodMs, () => void ask());
    askAgain = false;
  };

  /** Until the node has answered: a found block is kept as long as it may fit, at most one for each parent. */
  const submit = async (template: WorkTemplate, seal: PowSeal): Promise<BlockResult> => {
    for (let tries = 1; ; tries++) {
      try {
        const result = await feed.submit(template, seal);
        // Our own block is the first thing that makes our work stale: news of it need not go around.
        if (running) void ask();
        return result;
      } catch (error) {
        if (!running || clock.nowMs() >= template.expiresMs) throw error;
        const facts = { height: template.height, why: String(error) };
        if (tries === 1)
          log.warn("a found block did not reach the node, and is given to it again until it does", facts);
        await new Promise<void>((resolve) => void clock.after(options.retryMs, resolve));
      }
    }
  };

  return {
    start() {
      running = true;
      void ask();
    },
    stop() {
      running = false;
      cancel();
    },
    refresh(told) {
      head = told ?? null;
      if (head === null || state.kind === "down" || !equalBytes(state.template.parent, head)) void ask();
    },
    state: () => state,
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    submit,
  };
}
