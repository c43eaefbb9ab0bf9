/**
 * Gives back what starting left behind: modules are read, stripped and compiled into some fifty megabytes that are
 * garbage at once, and that an idle node would otherwise keep until it is busy.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Cancel, Clock } from "#base";

/** After the first peers have been met; a pause of some tens of milliseconds hurts nobody then. */
const DELAY_MS = 3_000;

export function trimMemoryLater(clock: Clock): Cancel {
  return clock.after(DELAY_MS, () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as (options: {
      readonly type: "major";
      readonly flavor: "last-resort";
    }) => void;
    collect({ type: "major", flavor: "last-resort" });
  });
}
