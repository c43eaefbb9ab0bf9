/** Shares that are being recorded. Where there are too many, the next lines are read later, and no share is refused (rule STRATUM-1). */
import type { Cancel } from "#base";

export class Backlog {
  readonly #most: number;
  #count = 0;
  readonly #waiting = new Set<() => void>();

  constructor(most: number) {
    this.#most = most;
  }

  get isFull(): boolean {
    return this.#count >= this.#most;
  }

  enter(): void {
    this.#count++;
  }

  leave(): void {
    this.#count--;
    if (this.#waiting.size === 0 || this.#count * 2 > this.#most) return;
    const calls = [...this.#waiting];
    this.#waiting.clear();
    for (const call of calls) call();
  }

  /** Calls once, when half of the room is free again. */
  whenRoom(call: () => void): Cancel {
    this.#waiting.add(call);
    return () => void this.#waiting.delete(call);
  }
}
