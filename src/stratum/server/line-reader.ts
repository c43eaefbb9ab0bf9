/** Cuts what arrives into lines, and never holds more than one line beyond what arrived last (rule STRATUM-1). */

const LINE_FEED = 0x0a;
const NOTHING = Buffer.alloc(0);

export class LineReader {
  readonly #maxBytes: number;
  #held: Buffer = NOTHING;
  /** Bytes at the start of what is held that are known to have no end of line. */
  #searched = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Bytes not yet given out. */
  get heldBytes(): number {
    return this.#held.length;
  }

  push(chunk: Buffer): void {
    this.#held = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
  }

  /** @returns a line without its end; null when there is no whole one; `too-long` for ever once a line was */
  next(): string | null | "too-long" {
    const end = this.#held.indexOf(LINE_FEED, this.#searched);
    const length = end < 0 ? this.#held.length : end;
    if (length > this.#maxBytes) return "too-long";
    if (end < 0) {
      this.#searched = length;
      return null;
    }
    const line = this.#held.toString("utf8", 0, end);
    this.#held = end + 1 === this.#held.length ? NOTHING : this.#held.subarray(end + 1);
    this.#searched = 0;
    return line;
  }
}
