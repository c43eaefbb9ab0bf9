export { decodeSeq, encodeSeq, type KeyTable, keys, type SegmentKey } from "./keys.ts";
export { createMemoryStore, type DiskFault, type MemoryStore } from "./memory-store.ts";
export {
  type KeyRange,
  MAX_KEY_BYTES,
  put,
  type RangeQuery,
  remove,
  type Store,
  type Write,
  type WriteBatch,
} from "./port.ts";
