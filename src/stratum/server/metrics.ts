/** Counters of the server, plain numbers for whoever shows them. */

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
  /** Shares that would be blocks, on a parent on which the pool had found one already. */
  siblingsTotal: number;
  jobsTotal: number;
  cleanJobsTotal: number;
  requestsTotal: number;
  malformedLinesTotal: number;
  bansTotal: number;
  /** 1 while there is a node that gives work. */
  nodeUp: number;
  /** Called for each answer, with the time since its request arrived. */
  onAnswer: (ms: number) => void;
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
    siblingsTotal: 0,
    jobsTotal: 0,
    cleanJobsTotal: 0,
    requestsTotal: 0,
    malformedLinesTotal: 0,
    bansTotal: 0,
    nodeUp: 0,
    onAnswer: () => {},
  };
}
