/** A map that never holds more than `limit` entries: the oldest goes first, touching does not renew. */
export class BoundedMap<K, V> {
  readonly #entries = new Map<K, V>();
  /** Stands behind whatever was evicted: a new one would first have to pass all that they left empty. */
  #oldest = this.#entries.entries();
  readonly #limit: number;
  readonly #onEvict: (key: K, value: V) => void;

  constructor(limit: number, onEvict: (key: K, value: V) => void = () => {}) {
    if (limit < 1) throw new RangeError(`a bounded map needs room for an entry, not ${limit}`);
    this.#limit = limit;
    this.#onEvict = onEvict;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: K): V | undefined {
    return this.#entries.get(key);
  }

  has(key: K): boolean {
    return this.#entries.has(key);
  }

  set(key: K, value: V): void {
    this.#entries.set(key, value);
    if (this.#entries.size <= this.#limit) return;
    const [oldest, evicted] = this.#oldest.next().value!;
    this.#entries.delete(oldest);
    this.#onEvict(oldest, evicted);
  }

  delete(key: K): boolean {
    return this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
    this.#oldest = this.#entries.entries();
  }

  /** Oldest first. */
  *[Symbol.iterator](): IterableIterator<[K, V]> {
    yield* this.#entries;
  }
}
