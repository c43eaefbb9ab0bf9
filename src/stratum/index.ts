export * from "./accounting/index.ts";
export {
  createFetchedSource,
  FETCHED_SOURCE_DEFAULTS,
  type FetchedSource,
  type FetchedSourceOptions,
  type WorkFeed,
} from "./server/fetched-source.ts";
export { createStratumMetrics, SHARE_RESULTS, type ShareResult, type StratumMetrics } from "./server/metrics.ts";
export { DEFAULT_STRATUM_OPTIONS, STRATUM_SETTINGS, type StratumOptions } from "./server/settings.ts";
export { type MinerInfo, type Redirection, StratumServer, type StratumServerParts } from "./server/stratum-server.ts";
export type { WorkSource, WorkState, WorkTemplate } from "./server/work-source.ts";
export type { AcceptedShare, BlockResult, FoundBlock, ShareSink } from "./share.ts";
export * from "./trust/index.ts";
