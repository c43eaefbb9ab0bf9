/** Says in words that keys leave the tables, and that their votes are still needed for a while (rule STAKE-23). */
import { type Key, type Logger, toHex } from "#base";
import type { Standing } from "#consensus";
import type { Bus, NodeEvents } from "#events";

const CODE = "key-leaves";

export function createLeavingNotice({ events, log }: { readonly events: Bus<NodeEvents>; readonly log: Logger }) {
  /** By the hex of each key that leaves. */
  const leaving = new Map<string, Standing>();
  return {
    tell(key: Key, standing: Standing): void {
      const name = toHex(key);
      const before = leaving.get(name) ?? "out";
      const isLeaving = standing === "leaves" || standing === "former";
      if (before === (isLeaving ? standing : "out")) return;
      if (isLeaving) leaving.set(name, standing);
      else leaving.delete(name);
      if (isLeaving)
        log.info("a key leaves the tables, and votes on until something is final without it", { key: name });
      else log.info("a key that has left the tables votes no more", { key: name });
      const text = leaving.size === 0 ? "the keys that left the tables are needed no more" : textOf(leaving);
      events.emit("notice", { code: CODE, text, active: leaving.size > 0 });
    },
  };
}

function textOf(leaving: ReadonlyMap<string, Standing>): string {
  const each = [...leaving].map(
    ([name, standing]) =>
      `key ${name} ${standing === "former" ? "has left the tables" : "leaves the tables with the next epoch"}`,
  );
  return `${each.join(", ")}: it votes on, as it must, until something is final without it, some epochs from now; keep the node running`;
}
