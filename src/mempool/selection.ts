/** The order in which pending transactions go into a block: best fee rate first, each sender's in nonce order. */
import type { PreparedTransaction } from "#model";
import type { Entry } from "./entry.ts";
import type { SenderQueue } from "./sender-queue.ts";

interface Front {
  readonly queue: SenderQueue;
  readonly ready: number;
  next: number;
  entry: Entry;
}

export function* selectByFeeRate(
  queues: Iterable<SenderQueue>,
  nonceOf: (queue: SenderQueue) => number,
): IterableIterator<PreparedTransaction> {
  const heap: Front[] = [];
  for (const queue of queues) {
    const ready = queue.readyCount(nonceOf(queue));
    if (ready > 0) heap.push({ queue, ready, next: 1, entry: queue.entries[0]! });
  }
  for (let i = (heap.length >> 1) - 1; i >= 0; i--) siftDown(heap, i);
  while (heap.length > 0) {
    const best = heap[0]!;
    const { item } = best.entry;
    if (best.next < best.ready) {
      best.entry = best.queue.entries[best.next]!;
      best.next++;
    } else {
      const last = heap.pop()!;
      if (heap.length > 0) heap[0] = last;
    }
    siftDown(heap, 0);
    yield item;
  }
}

/** Higher rate first; of equals the older one. */
function precedes(a: Entry, b: Entry): boolean {
  return a.feeRate > b.feeRate || (a.feeRate === b.feeRate && a.addedMs < b.addedMs);
}

function siftDown(heap: Front[], from: number): void {
  let at = from;
  for (;;) {
    const left = 2 * at + 1;
    if (left >= heap.length) return;
    const right = left + 1;
    const child = right < heap.length && precedes(heap[right]!.entry, heap[left]!.entry) ? right : left;
    if (!precedes(heap[child]!.entry, heap[at]!.entry)) return;
    const moved = heap[at]!;
    heap[at] = heap[child]!;
    heap[child] = moved;
    at = child;
  }
}
