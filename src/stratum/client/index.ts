export { formatPoolAddress, type PoolAddress, parsePoolAddress } from "./pool-address.ts";
export type { PoolJob, Share } from "./pool-job.ts";
export type { ShareVerdict } from "./pool-session.ts";
export { createStratumClient, type PoolNews, type StratumClient } from "./stratum-client.ts";
