export type { Agreement, NodeHead } from "./agreement.ts";
export { DEVNET_DEFAULTS, type DevnetOptions } from "./options.ts";
export { type Devnet, type DevnetSurroundings, runDevnet } from "./run-devnet.ts";
