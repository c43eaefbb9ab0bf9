export { createPacedSealer } from "./paced-sealer.ts";
export { Producer, type ProducerOptions, type ProducerParts } from "./producer.ts";
export type { Sealer } from "./sealer.ts";
export { createSearchThreads, type SearchCounts, type SearchOrder, type SearchThreads } from "./search-threads.ts";
export { createThreadSealer, type ThreadSealer } from "./thread-sealer.ts";
