/** A binary heap over an array: the element that precedes all others stands first. */

type Precedes<T> = (a: T, b: T) => boolean;

export function heapify<T>(heap: T[], precedes: Precedes<T>): void {
  for (let i = (heap.length >> 1) - 1; i >= 0; i--) siftDown(heap, i, precedes);
}

/** After the first element changed. */
export function settleFirst<T>(heap: T[], precedes: Precedes<T>): void {
  siftDown(heap, 0, precedes);
}

export function removeFirst<T>(heap: T[], precedes: Precedes<T>): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  heap[0] = last;
  siftDown(heap, 0, precedes);
}

function siftDown<T>(heap: T[], from: number, precedes: Precedes<T>): void {
  let at = from;
  for (;;) {
    const left = 2 * at + 1;
    if (left >= heap.length) return;
    const right = left + 1;
    const child = right < heap.length && precedes(heap[right]!, heap[left]!) ? right : left;
    if (!precedes(heap[child]!, heap[at]!)) return;
    const moved = heap[at]!;
    heap[at] = heap[child]!;
    heap[child] = moved;
    at = child;
  }
}
