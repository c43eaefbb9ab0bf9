/** What difficulty a worker had: coming back does not begin anew at the pool's lowest (rule STRATUM-8). */
import { BoundedMap } from "#base";

const MAX_WORKERS = 65_536;

export class WorkerMemory {
  readonly #keepMs: number;
  readonly #workers = new BoundedMap<string, { readonly difficulty: number; readonly atMs: number }>(MAX_WORKERS);

  constructor(keepMs: number) {
    this.#keepMs = keepMs;
  }

  remember(address: string, worker: string, difficulty: number, nowMs: number): void {
    const key = `${address}.${worker}`;
    // Put last, so that the one not heard of for longest goes first.
    this.#workers.delete(key);
    this.#workers.set(key, { difficulty, atMs: nowMs });
  }

  /** @returns null when nothing is known, or not any more */
  recall(address: string, worker: string, nowMs: number): number | null {
    const known = this.#workers.get(`${address}.${worker}`);
    return known === undefined || nowMs - known.atMs > this.#keepMs ? null : known.difficulty;
  }
}
