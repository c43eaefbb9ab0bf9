import { beforeEach, expect, it } from "vitest";
import { createManualClock, OperationError, silentLogger } from "#base";
import { createBus, type NodeEvents } from "#events";
import { createMemoryStore, type MemoryStore } from "#storage";
import { driveFor } from "../../test/support/drive.ts";
import { DiskWatch } from "./disk-watch.ts";
import { Notices } from "./notices.ts";

const clock = createManualClock(1_000);
let store: MemoryStore;
let disk: DiskWatch;
let notices: Notices;
let recovered: number;
beforeEach(() => {
  store = createMemoryStore();
  const events = createBus<NodeEvents>(() => {});
  notices = new Notices(events);
  disk = new DiskWatch({ store, events, clock, log: silentLogger });
  recovered = 0;
  disk.onRecovered(() => recovered++);
});

const failing = (code: string): Promise<unknown> =>
  disk.guard(Promise.reject(new OperationError(code, "no space left for /data"))).catch(() => {});

it("passes work through, and other failures too", async () => {
  expect(await disk.guard(Promise.resolve(5))).toBe(5);
  await failing("not-connected");
  await disk.guard(Promise.reject(new Error("x"))).catch(() => {});
  expect([disk.readOnly, notices.texts()]).toEqual([null, []]);
});

it.each(["disk-full", "disk-failed"] as const)(
  "says %s until a write succeeds, and then tells it once",
  async (code) => {
    store.failAll(code);
    await failing(code);
    await failing(code);
    expect(disk.readOnly).toBe("no space left for /data");
    expect(notices.texts()).toEqual([`${code}: no space left for /data`]);
    await driveFor(clock, 20_000);
    expect([disk.readOnly !== null, recovered]).toEqual([true, 0]);
    store.failAll(null);
    await driveFor(clock, 5_000);
    expect([disk.readOnly, recovered, notices.texts()]).toEqual([null, 1, []]);
    expect(clock.nextDueMs()).toBeNull();
    // Nothing of the looking is left behind.
    expect(store.sizeBytes()).toBe(0);
    await failing(code);
    expect(disk.readOnly).not.toBeNull();
    disk.stop();
    expect(clock.nextDueMs()).toBeNull();
  },
);
