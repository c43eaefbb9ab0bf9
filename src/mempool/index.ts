export { createJournal, type Journal } from "./journal.ts";
export { type Dropped, Mempool, type MempoolParts, type MempoolView } from "./mempool.ts";
export { DEFAULT_MEMPOOL_OPTIONS, MEMPOOL_SETTINGS, type MempoolOptions } from "./options.ts";
export { createVotePool, type VotePool } from "./vote-pool.ts";
