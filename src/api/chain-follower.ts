/**
 * Chain events for one reader. Nothing is queued: the reader's place is a block, and each step asks the chain how to go on from
 * there. So a reader is served at its own speed, however far behind it is, and costs nothing while it is level.
 */

import { type ChainEvent, formatCursor } from "#api/contract";
import type { OutEvent, Outlet } from "#api/server";
import { type BlockId, equalBytes } from "#base";
import type { Bus, NodeEvents } from "#events";
import type { BlockPoint, BlockRecord, ChainView } from "./ports.ts";
import { pointOf, showBlockSummary, showPoint } from "./show-block.ts";

/** Tells readers that the head has moved; one listener on the bus for all of them. */
export interface HeadWatch {
  /** Moves seen so far. */
  readonly moves: number;
  /** Resolves when there were more moves than `seen`, or the signal aborts. */
  after(seen: number, signal: AbortSignal): Promise<void>;
}

export function watchHead(events: Bus<NodeEvents>): HeadWatch {
  let moves = 0;
  const waiting = new Set<() => void>();
  events.on("head-changed", () => {
    moves++;
    for (const wake of [...waiting]) wake();
  });
  return {
    get moves() {
      return moves;
    },
    after(seen, signal) {
      if (moves > seen || signal.aborted) return Promise.resolve();
      return new Promise((resolve) => {
        const wake = (): void => {
          waiting.delete(wake);
          signal.removeEventListener("abort", wake);
          resolve();
        };
        waiting.add(wake);
        signal.addEventListener("abort", wake, { once: true });
      });
    },
  };
}

/** Sends until the reader is gone. @param from the reader's last cursor; null begins at the head */
export async function followChain(
  chain: ChainView,
  watch: HeadWatch,
  outlet: Outlet,
  from: BlockPoint | null,
): Promise<void> {
  let at = from ?? pointOf(chain.head());
  while (!outlet.signal.aborted) {
    const seen = watch.moves;
    const step = await nextStep(chain, at);
    if (step === null) {
      await watch.after(seen, outlet.signal);
      continue;
    }
    at = step.to;
    outlet.send(pack(step.event));
    await outlet.taken();
  }
}

interface Step {
  readonly event: ChainEvent;
  readonly to: BlockPoint;
}

/** @returns null when `at` is the head */
async function nextStep(chain: ChainView, at: BlockPoint): Promise<Step | null> {
  const there = await chain.blockAt(at.height);
  if (there === null || !equalBytes(there.id, at.id)) return stepBack(chain, at);
  const next = await chain.blockAt(at.height + 1);
  if (next === null) return null;
  // The chain may have turned between the two questions; then the next round steps back.
  return equalBytes(next.header.parent, at.id) ? stepOn(chain, next) : nextStep(chain, at);
}

async function stepOn(chain: ChainView, next: BlockRecord): Promise<Step> {
  const to = pointOf(next);
  const block = await showBlockSummary(chain, next);
  return { to, event: { type: "block-applied", cursor: formatCursor(showPoint(to)), block } };
}

async function stepBack(chain: ChainView, at: BlockPoint): Promise<Step> {
  const stale = await chain.block(at.id as BlockId);
  if (stale === null || stale.header.height !== at.height || at.height === 0) return reset(chain);
  const to = { height: at.height - 1, id: stale.header.parent };
  const block = await showBlockSummary(chain, stale);
  return { to, event: { type: "block-reverted", cursor: formatCursor(showPoint(to)), block } };
}

function reset(chain: ChainView): Step {
  const to = pointOf(chain.head());
  const head = showPoint(to);
  const message = "the cursor is not known here; forget what you have and begin with `head`";
  return { to, event: { type: "reset", cursor: formatCursor(head), head, message } };
}

function pack(event: ChainEvent): OutEvent {
  return { type: event.type, cursor: event.cursor, json: JSON.stringify(event) };
}
