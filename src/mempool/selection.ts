/** Which pending transactions go into a block first, and which leave a full pool first. */
import type { PreparedTransaction } from "#model";
import type { Entry } from "./entry.ts";
import { heapify, removeFirst, settleFirst } from "./heap.ts";
import type { SenderQueue } from "./sender-queue.ts";

interface Front {
  readonly queue: SenderQueue;
  /** Place behind the last that may be taken. */
  readonly end: number;
  next: number;
  entry: Entry;
}

/** Best fee rate first, of equals the older; each sender's in nonce order and without gaps. */
export function* selectByFeeRate(
  queues: Iterable<SenderQueue>,
  nonceOf: (queue: SenderQueue) => number,
): IterableIterator<PreparedTransaction> {
  const heap: Front[] = [];
  for (const queue of queues) {
    const nonce = nonceOf(queue);
    const ready = queue.readyCount(nonce);
    if (ready === 0) continue;
    const first = queue.placeOf(nonce);
    heap.push({ queue, end: first + ready, next: first + 1, entry: queue.entries[first]! });
  }
  heapify(heap, precedes);
  while (heap.length > 0) {
    const best = heap[0]!;
    const { item } = best.entry;
    if (best.next < best.end) {
      best.entry = best.queue.entries[best.next++]!;
      settleFirst(heap, precedes);
    } else removeFirst(heap, precedes);
    yield item;
  }
}

/** Takes the last of whoever offers least for it, over and over, as long as the caller asks. */
export function* takeWorstTails(queues: Iterable<SenderQueue>): IterableIterator<readonly [SenderQueue, Entry]> {
  const worse = (a: SenderQueue, b: SenderQueue): boolean => a.entries.at(-1)!.feeRate < b.entries.at(-1)!.feeRate;
  const heap = [...queues].filter((queue) => queue.entries.length > 0);
  heapify(heap, worse);
  while (heap.length > 0) {
    const queue = heap[0]!;
    const [entry] = queue.takeFrom(queue.entries.length - 1);
    if (queue.entries.length === 0) removeFirst(heap, worse);
    else settleFirst(heap, worse);
    yield [queue, entry!];
  }
}

function precedes({ entry: a }: Front, { entry: b }: Front): boolean {
  return a.feeRate > b.feeRate || (a.feeRate === b.feeRate && a.addedMs < b.addedMs);
}
