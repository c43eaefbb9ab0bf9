/** Notices when the disk refuses to write: the node turns read-only, says why, and looks whether space has returned. */
import { type Cancel, type Clock, type Logger, OperationError } from "#base";
import type { Bus, NodeEvents } from "#events";
import { keys, put, remove, type Store } from "#storage";

const PROBE_MS = 2_000;
/** As much as a block may need, so that a recovery is one that lasts. */
const PROBE_BYTES = 256 * 1024;
const CODES = new Set(["disk-full", "disk-failed"]);

export interface DiskWatchParts {
  readonly store: Store;
  readonly events: Bus<NodeEvents>;
  readonly clock: Clock;
  readonly log: Logger;
}

export class DiskWatch {
  readonly #parts: DiskWatchParts;
  readonly #listeners = new Set<() => void>();
  #why: string | null = null;
  #cancel: Cancel = () => {};

  constructor(parts: DiskWatchParts) {
    this.#parts = parts;
  }

  /** Why nothing can be written; null when all is well. */
  get readOnly(): string | null {
    return this.#why;
  }

  onRecovered(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** Passes the work through and takes note of a disk that failed it. */
  async guard<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (error instanceof OperationError && CODES.has(error.code)) this.#fail(error);
      throw error;
    }
  }

  stop(): void {
    this.#cancel();
  }

  #fail(error: OperationError): void {
    if (this.#why !== null) return;
    const { events, log } = this.#parts;
    this.#why = error.message;
    log.error("the node is read-only now", { code: error.code, why: error.message });
    events.emit("notice", { code: error.code, text: error.message, active: true });
    this.#probeLater(error.code);
  }

  #probeLater(code: string): void {
    this.#cancel = this.#parts.clock.after(PROBE_MS, () => {
      this.#probe().then(
        () => this.#recover(code),
        () => this.#probeLater(code),
      );
    });
  }

  /** Two commits: what the first takes the second leaves free. */
  async #probe(): Promise<void> {
    const { store } = this.#parts;
    await store.commit([put(keys.meta("probe"), new Uint8Array(PROBE_BYTES))]);
    await store.commit([remove(keys.meta("probe"))]);
  }

  #recover(code: string): void {
    this.#why = null;
    this.#parts.log.info("the disk can be written again", {});
    this.#parts.events.emit("notice", { code, text: "", active: false });
    for (const listener of this.#listeners) listener();
  }
}
