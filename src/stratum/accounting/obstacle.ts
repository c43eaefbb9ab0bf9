/** Why no shares are counted, if there is a reason; said once when it comes and once when it goes. */
import type { AccountingParts } from "./parts.ts";

export interface Obstacle {
  /** In words for miners, or null. */
  text(): string | null;
  /** Of the database alone. */
  trouble(): string | null;
  setTrouble(text: string | null): void;
  /** Something else keeps shares from being counted; null when it no longer does. */
  hold(why: string | null): void;
}

export function createObstacle({ log, events }: Pick<AccountingParts, "log" | "events">): Obstacle {
  let trouble: string | null = null;
  let held: string | null = null;
  const change = (next: { trouble: string | null; held: string | null }): void => {
    const before = trouble ?? held;
    ({ trouble, held } = next);
    const text = trouble ?? held;
    if (text === before) return;
    if (text === null) log.info("shares are counted again");
    else log.error("shares cannot be counted", { why: text });
    events.emit("obstacle", { text });
  };
  return {
    text: () => trouble ?? held,
    trouble: () => trouble,
    setTrouble: (text) => change({ trouble: text, held }),
    hold: (why) => change({ trouble, held: why }),
  };
}
