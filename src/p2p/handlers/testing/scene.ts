/** A peer with handlers under test and rogue ones around it, on a memory network. */
import {
  asHash,
  createManualClock,
  equalBytes,
  type Fault,
  type ManualClock,
  OperationError,
  seededRandom,
  silentLogger,
} from "#base";
import { createBus, type NodeEvents } from "#events";
import type { PreparedTransaction } from "#model";
import { driveFor, driveSettle } from "../../../../test/support/drive.ts";
import { createRoguePeer, type RoguePeer, statusOf } from "../../../../test/support/rogue-peer.ts";
import { createMemoryNetwork } from "../../transport/memory.ts";
import type { Transport } from "../../transport/port.ts";
import type { Status } from "../../wire/status.ts";
import type { BlockSource, PeerReports } from "../ports.ts";

export const hash = (byte: number) => asHash(new Uint8Array(32).fill(byte));
export const CHAIN = hash(1);
export const GENESIS = hash(2);
export const ADDRESS = "/ip4/10.0.0.1/tcp/8731";

export interface Scene {
  readonly clock: ManualClock;
  readonly self: Transport;
  /** `name code` of each report that blames, `name: why` of each that was turned away. */
  readonly reported: string[];
  readonly reports: PeerReports;
  readonly events: ReturnType<typeof createBus<NodeEvents>>;
  readonly source: BlockSource & { readonly bodies: Map<string, Uint8Array>; headers: Uint8Array[] };
  readonly status: Status;
  rogue(name: string, status?: Partial<Status>): Promise<RoguePeer>;
  settle<T>(promise: Promise<T>): Promise<T>;
  run(periodMs: number): Promise<void>;
}

export async function openScene(): Promise<Scene> {
  const clock = createManualClock(1_000_000);
  const network = createMemoryNetwork({ clock, random: seededRandom(1) }, { latencyMs: 10, jitterMs: 5 });
  const self = network.transport("Self", ADDRESS);
  await self.start();
  const reported: string[] = [];
  const bodies = new Map<string, Uint8Array>();
  const status = statusOf(CHAIN, GENESIS, 5, 50n);
  const report = (peer: string, fault: Fault): void => {
    if (fault.blame === "sender") reported.push(`${peer} ${fault.code}`);
  };
  self.onFault(report);
  let rogues = 0;
  return {
    ...{ clock, self, reported, status },
    reports: {
      report,
      turnAway(peer, why) {
        reported.push(`${peer}: ${why}`);
        void self.disconnect(peer);
      },
    },
    events: createBus<NodeEvents>((error) => {
      throw error;
    }),
    source: {
      bodies,
      headers: [],
      status: () => status,
      headersAfter(locator, limit) {
        return locator.some((id) => equalBytes(id, GENESIS)) ? this.headers.slice(0, limit) : [];
      },
      bodyBytes: (id) => bodies.get(Buffer.from(id).toString("hex")) ?? null,
    },
    async rogue(name, change = {}) {
      rogues++;
      const transport = network.transport(name, `/ip4/10.0.1.${rogues}/tcp/8731`);
      await transport.start();
      const peer = createRoguePeer(transport, { ...status, ...change });
      return peer;
    },
    settle: (promise) => driveSettle(clock, promise),
    run: (periodMs) => driveFor(clock, periodMs),
  };
}

export const log = silentLogger;

export function pending(no: number): PreparedTransaction {
  const bytes = new Uint8Array(150).fill(no);
  return { bytes, id: hash(no), from: new Uint8Array(20) as never, transaction: {} as never };
}

export function failing(): never {
  throw new OperationError("disk-full", "no space");
}
