/** Mempool and peer news for any number of readers; each piece is put into words once, and floods are summed up. */

import type { LiveEvent } from "#api/contract";
import type { OutEvent, Outlet } from "#api/server";
import { type Clock, every, toHex } from "#base";
import type { NodePorts } from "./ports.ts";
import { showMempoolSummary } from "./show-status.ts";
import { showPending } from "./show-transaction.ts";

const PERIOD_MS = 1_000;
/** Additions and drops told one by one in a period; the sum is told in any case. */
const SINGLES_IN_PERIOD = 50;

export interface LiveNews {
  add(outlet: Outlet): void;
}

export function createLiveNews({ chain, pending, events }: NodePorts, clock: Clock): LiveNews {
  const outlets = new Set<Outlet>();
  const showing = { prefix: chain.spec.addressPrefix, isWhole: false };
  let singles = 0;
  let stop: (() => void) | null = null;

  const tell = (event: LiveEvent): void => {
    const packed: OutEvent = { type: event.type, cursor: null, json: JSON.stringify(event) };
    for (const outlet of [...outlets]) outlet.send(packed);
  };
  const start = (): (() => void) => {
    let hasChanged = false;
    const unsubscribe = [
      events.on("transaction-added", ({ item }) => {
        hasChanged = true;
        if (singles++ < SINGLES_IN_PERIOD) tell({ type: "transaction-added", transaction: showPending(item, showing) });
      }),
      events.on("transaction-dropped", ({ id, reason }) => {
        hasChanged = true;
        if (reason === "included" || singles++ >= SINGLES_IN_PERIOD) return;
        tell({ type: "transaction-dropped", id: toHex(id), reason });
      }),
      events.on("peer-connected", ({ peer, address, direction }) =>
        tell({ type: "peer-connected", peerId: peer, address, direction: direction === "in" ? "inbound" : "outbound" }),
      ),
      events.on("peer-disconnected", ({ peer }) => tell({ type: "peer-disconnected", peerId: peer })),
      every(clock, PERIOD_MS, () => {
        singles = 0;
        if (!hasChanged) return;
        hasChanged = false;
        tell({ type: "mempool-changed", mempool: showMempoolSummary(pending) });
      }),
    ];
    return () => {
      for (const end of unsubscribe) end();
    };
  };

  return {
    add(outlet) {
      if (outlet.signal.aborted) return;
      outlets.add(outlet);
      stop ??= start();
      outlet.signal.addEventListener(
        "abort",
        () => {
          outlets.delete(outlet);
          if (outlets.size > 0) return;
          stop?.();
          stop = null;
        },
        { once: true },
      );
    },
  };
}
