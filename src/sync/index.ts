export { DEFAULT_SYNC_OPTIONS, SYNC_SETTINGS, type SyncOptions } from "./options.ts";
export { Synchroniser, type SyncParts } from "./synchroniser.ts";
