export type { AcceptedShare, BlockResult, FoundBlock, ShareSink } from "./share.ts";
