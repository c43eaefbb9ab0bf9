/** The open event streams of a server: not too many, and ended when it stops. */
import type { Outlet } from "./outlet.ts";
import { Refusal } from "./refusal.ts";

export interface Streams {
  readonly count: number;
  /** Before a stream is opened. @throws Refusal when there are too many */
  assertRoom(): void;
  add(outlet: Outlet): void;
  closeAll(): void;
}

export function createStreams(maxStreams: number): Streams {
  const open = new Set<Outlet>();
  return {
    get count() {
      return open.size;
    },
    assertRoom() {
      if (open.size >= maxStreams)
        throw new Refusal(503, "too-many-streams", `there are ${maxStreams} open event streams, and no room for more`);
    },
    add(outlet) {
      if (outlet.signal.aborted) return;
      open.add(outlet);
      outlet.signal.addEventListener("abort", () => open.delete(outlet), { once: true });
    },
    closeAll() {
      for (const outlet of [...open]) outlet.close();
    },
  };
}
