export { type DataDirectory, type DataDirectoryOptions, openDataDirectory } from "./data-directory.ts";
export { type DirectoryLock, lockDirectory } from "./directory-lock.ts";
export { decodeSeq, encodeSeq, type KeyTable, keys, type SegmentKey } from "./keys.ts";
export { type LmdbStore, type LmdbStoreOptions, openLmdbStore } from "./lmdb-store.ts";
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
export type { PackedKeys } from "./recent-entries.ts";
export type { Candidate } from "./segment-entry.ts";
export { type FindOptions, openSegmentIndex, type SegmentIndex, type SegmentIndexOptions } from "./segment-index.ts";
