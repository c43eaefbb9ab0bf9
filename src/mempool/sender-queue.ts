/** Pending transactions of one account, in nonce order. What every admission asks for is kept, not counted. */
import type { Address } from "#base";
import type { Entry } from "./entry.ts";

export class SenderQueue {
  readonly address: Address;
  readonly name: string;
  /** Ascending nonces; a gap may lie between two. */
  readonly entries: Entry[] = [];
  sizeBytes = 0;
  costAtoms = 0n;
  /** How many, from the first on, follow each other without a gap. */
  #run = 0;
  /** Cost of those below a nonce, as last added up. */
  #below = { nonce: -1, costAtoms: 0n };

  constructor(address: Address, name: string) {
    this.address = address;
    this.name = name;
  }

  at(nonce: number): Entry | null {
    const entry = this.entries[this.placeOf(nonce)];
    return entry !== undefined && nonceOf(entry) === nonce ? entry : null;
  }

  /** Puts it in its place; one of the same nonce is replaced and returned. */
  insert(entry: Entry): Entry | null {
    const nonce = nonceOf(entry);
    const place = this.placeOf(nonce);
    const old = this.entries[place];
    const replaced = old !== undefined && nonceOf(old) === nonce ? old : null;
    this.entries.splice(place, replaced === null ? 0 : 1, entry);
    this.sizeBytes += entry.item.bytes.length - (replaced?.item.bytes.length ?? 0);
    this.costAtoms += entry.costAtoms - (replaced?.costAtoms ?? 0n);
    if (replaced === null && place === 0) {
      const next = this.entries[1];
      this.#run = next !== undefined && nonceOf(next) === nonce + 1 ? this.#run + 1 : 1;
    } else if (replaced === null && place === this.#run) this.#extendRun();
    return replaced;
  }

  /** Takes out those below `nonce`. */
  takeBelow(nonce: number): Entry[] {
    const taken = this.entries.splice(0, this.placeOf(nonce));
    this.#run = Math.max(0, this.#run - taken.length);
    if (this.#run === 0 && this.entries.length > 0) {
      this.#run = 1;
      this.#extendRun();
    }
    this.#account(taken);
    return taken;
  }

  /** Takes out the entry at this place and all behind it. */
  takeFrom(place: number): Entry[] {
    const taken = this.entries.splice(place);
    this.#run = Math.min(this.#run, place);
    this.#account(taken);
    return taken;
  }

  /** How many follow each other without a gap from `nonce` on. */
  readyCount(nonce: number): number {
    const first = this.entries[0];
    if (first === undefined || nonceOf(first) > nonce) return 0;
    const skipped = nonce - nonceOf(first);
    if (skipped <= this.#run) return this.#run - skipped;
    // A block took nonces that were never pending here, and its news has not come yet.
    let place = this.placeOf(nonce);
    let ready = 0;
    for (; this.entries[place] !== undefined && nonceOf(this.entries[place]!) === nonce + ready; place++) ready++;
    return ready;
  }

  /**
   * The most that those from `nonce` on can take. There are others while a block with them is executed and its news has
   * not come yet: what they cost has left the balance by then.
   */
  costFrom(nonce: number): bigint {
    const first = this.entries[0];
    if (first === undefined || nonceOf(first) >= nonce) return this.costAtoms;
    if (this.#below.nonce !== nonce) {
      let costAtoms = 0n;
      for (let place = this.placeOf(nonce) - 1; place >= 0; place--) costAtoms += this.entries[place]!.costAtoms;
      this.#below = { nonce, costAtoms };
    }
    return this.costAtoms - this.#below.costAtoms;
  }

  /** First place whose nonce is not below this one. */
  placeOf(nonce: number): number {
    const { entries } = this;
    const first = entries[0];
    if (first === undefined || nonce <= nonceOf(first)) return 0;
    if (nonce - nonceOf(first) <= this.#run) return nonce - nonceOf(first);
    let low = this.#run;
    let high = entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (nonceOf(entries[middle]!) < nonce) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #extendRun(): void {
    const { entries } = this;
    while (this.#run < entries.length && nonceOf(entries[this.#run]!) === nonceOf(entries[this.#run - 1]!) + 1)
      this.#run++;
  }

  #account(taken: readonly Entry[]): void {
    for (const entry of taken) {
      this.sizeBytes -= entry.item.bytes.length;
      this.costAtoms -= entry.costAtoms;
    }
    this.#below = { nonce: -1, costAtoms: 0n };
  }
}

function nonceOf(entry: Entry): number {
  return entry.item.transaction.nonce;
}
