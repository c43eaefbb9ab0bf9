/** What all connections of a server share. */
import type { Clock, Logger } from "#base";
import type { ShareSink } from "../share.ts";
import type { Backlog } from "./backlog.ts";
import type { Gatekeeper } from "./gatekeeper.ts";
import type { StratumMetrics } from "./metrics.ts";
import type { Session } from "./session.ts";
import type { StratumOptions } from "./settings.ts";
import type { TicketOffice } from "./tickets.ts";
import type { WorkDesk } from "./work-desk.ts";
import type { WorkSource } from "./work-source.ts";
import type { WorkerMemory } from "./worker-memory.ts";

export interface Pool {
  readonly options: StratumOptions;
  /** Of addresses on this chain. */
  readonly addressPrefix: string;
  readonly source: WorkSource;
  readonly sink: ShareSink;
  readonly clock: Clock;
  readonly log: Logger;
  readonly desk: WorkDesk;
  readonly gate: Gatekeeper;
  readonly memory: WorkerMemory;
  readonly tickets: TicketOffice;
  readonly metrics: StratumMetrics;
  /** Connections by account. */
  readonly accounts: Map<string, number>;
  readonly sessions: Set<Session>;
  /** Shares of all sessions that were handed over and are not yet recorded. */
  readonly backlog: Backlog;
}
