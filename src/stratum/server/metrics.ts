/** Counters of the server, plain numbers for whoever shows them. */

/** Upper bounds in ms of the classes of the histogram; a last class holds what is above. */
export const LATENCY_BOUNDS_MS = [1, 2, 5, 10, 25, 50, 100, 250, 1_000] as const;

export const SHARE_RESULTS = [
  "accepted",
  "stale",
  "duplicate",
  "low-difficulty",
  "unauthorized",
  "not-subscribed",
  "malformed",
  "unrecorded",
] as const;

export type ShareResult = (typeof SHARE_RESULTS)[number];

export interface StratumMetrics {
  /** Open now. */
  connections: number;
  /** Of these, those that get work. */
  sessions: number;
  connectionsTotal: number;
  /** Turned away at the door: banned, or too many. */
  connectionsRefusedTotal: number;
  /** Closed by the server, for whatever reason. */
  connectionsDroppedTotal: number;
  readonly sharesTotal: Record<ShareResult, number>;
  /** Sum of the work of accepted shares, in expected hashes. */
  workTotal: bigint;
  blocksFoundTotal: number;
  blocksAcceptedTotal: number;
  jobsTotal: number;
  cleanJobsTotal: number;
  requestsTotal: number;
  malformedLinesTotal: number;
  bansTotal: number;
  /** 1 while there is a node that gives work. */
  nodeUp: number;
  /** From the arrival of a line to its answer: counts of each class, not cumulative. */
  readonly latencyCounts: number[];
  latencySumMs: number;
}

export function createStratumMetrics(): StratumMetrics {
  return {
    connections: 0,
    sessions: 0,
    connectionsTotal: 0,
    connectionsRefusedTotal: 0,
    connectionsDroppedTotal: 0,
    sharesTotal: Object.fromEntries(SHARE_RESULTS.map((result) => [result, 0])) as Record<ShareResult, number>,
    workTotal: 0n,
    blocksFoundTotal: 0,
    blocksAcceptedTotal: 0,
    jobsTotal: 0,
    cleanJobsTotal: 0,
    requestsTotal: 0,
    malformedLinesTotal: 0,
    bansTotal: 0,
    nodeUp: 0,
    latencyCounts: new Array<number>(LATENCY_BOUNDS_MS.length + 1).fill(0),
    latencySumMs: 0,
  };
}

export function observeLatency(metrics: StratumMetrics, ms: number): void {
  let at = 0;
  while (at < LATENCY_BOUNDS_MS.length && ms > LATENCY_BOUNDS_MS[at]!) at++;
  metrics.latencyCounts[at]!++;
  metrics.latencySumMs += ms;
}
