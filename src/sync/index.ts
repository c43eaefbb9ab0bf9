export { DEFAULT_SYNC_OPTIONS, type SyncOptions } from "./options.ts";
export { Synchroniser, type SyncParts } from "./synchroniser.ts";
