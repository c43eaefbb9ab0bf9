/** What the operator must know at present, by code. */
import type { Bus, NodeEvents } from "#events";

export class Notices {
  readonly #active = new Map<string, string>();

  constructor(events: Bus<NodeEvents>) {
    events.on("notice", ({ code, text, active }) => {
      if (active) this.#active.set(code, text);
      else this.#active.delete(code);
    });
  }

  texts(): readonly string[] {
    return [...this.#active].map(([code, text]) => `${code}: ${text}`);
  }
}
