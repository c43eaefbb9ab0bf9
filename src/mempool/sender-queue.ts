/** Pending transactions of one account, in nonce order. */
import type { Address } from "#base";
import type { Entry } from "./entry.ts";

export class SenderQueue {
  readonly address: Address;
  readonly name: string;
  /** Ascending nonces; a gap may lie between two. */
  readonly entries: Entry[] = [];
  sizeBytes = 0;
  costAtoms = 0n;

  constructor(address: Address, name: string) {
    this.address = address;
    this.name = name;
  }

  at(nonce: number): Entry | null {
    const index = this.#indexOf(nonce);
    const entry = this.entries[index];
    return entry !== undefined && entry.item.transaction.nonce === nonce ? entry : null;
  }

  /** Puts it in its place; one of the same nonce is replaced and returned. */
  insert(entry: Entry): Entry | null {
    const { nonce } = entry.item.transaction;
    const index = this.#indexOf(nonce);
    const old = this.entries[index];
    const replaced = old !== undefined && old.item.transaction.nonce === nonce ? old : null;
    this.entries.splice(index, replaced === null ? 0 : 1, entry);
    this.sizeBytes += entry.item.bytes.length - (replaced?.item.bytes.length ?? 0);
    this.costAtoms += entry.costAtoms - (replaced?.costAtoms ?? 0n);
    return replaced;
  }

  /** Takes out those below `nonce`. */
  takeBelow(nonce: number): Entry[] {
    const taken = this.entries.splice(0, this.#indexOf(nonce));
    this.#account(taken);
    return taken;
  }

  /** Takes out the entry at this place and all behind it. */
  takeFrom(index: number): Entry[] {
    const taken = this.entries.splice(index);
    this.#account(taken);
    return taken;
  }

  /** How many follow each other without a gap from `nonce` on. */
  readyCount(nonce: number): number {
    let ready = 0;
    while (this.entries[ready]?.item.transaction.nonce === nonce + ready) ready++;
    return ready;
  }

  #account(taken: readonly Entry[]): void {
    for (const entry of taken) {
      this.sizeBytes -= entry.item.bytes.length;
      this.costAtoms -= entry.costAtoms;
    }
  }

  /** First place whose nonce is not below this one; the end is tried first, where most belong. */
  #indexOf(nonce: number): number {
    const { entries } = this;
    const last = entries.at(-1);
    if (last === undefined || last.item.transaction.nonce < nonce) return entries.length;
    let low = 0;
    let high = entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (entries[middle]!.item.transaction.nonce < nonce) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
