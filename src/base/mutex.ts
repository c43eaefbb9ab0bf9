/** Runs tasks one after the other, in the order they were given; a failing task does not stop the next. */
export class Mutex {
  #tail: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /** Tasks running or queued. */
  get depth(): number {
    return this.#waiting;
  }

  run<T>(task: () => Promise<T> | T): Promise<T> {
    this.#waiting++;
    const result = this.#tail.then(task);
    this.#tail = result
      .catch(() => {})
      .then(() => {
        this.#waiting--;
      });
    return result;
  }
}
