export type { SearchAnswer, SearchRequest } from "./search-protocol.ts";
export { createSearchServer } from "./search-server.ts";
export { createSearchThreads, type SearchCounts, type SearchOrder, type SearchThreads } from "./search-threads.ts";
export { type BlockOutcome, mineSolo, type SoloMinerParts, type SoloTemplate, type WorkClient } from "./solo-miner.ts";
export { createTally, HASHES_OF_DIFFICULTY_1, type Tally, type Totals } from "./tally.ts";
