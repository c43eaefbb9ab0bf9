export {
  type ConfigInput,
  type ExplainedSetting,
  explainConfig,
  flagOf,
  type Loaded,
  loadConfig,
  parseSetting,
} from "./config.ts";
export { type Core, type CoreOptions, type CoreParts, createCore } from "./core.ts";
export { genesisIdOf } from "./genesis-id.ts";
export { loadIdentity } from "./identity.ts";
export { type Finding, type FsckReport, fsck } from "./offline/fsck.ts";
export {
  type ChainSummary,
  exportChain,
  importChain,
  type Progress,
  storedHead,
  validateChain,
  validateChainFile,
} from "./offline/transfer.ts";
export type { AuditOptions, PoolAudit } from "./pool/audit.ts";
export { auditPool, startPool } from "./pool/lazy-pool.ts";
export type { PoolOptions, PoolOwner } from "./pool/options.ts";
export type { PoolSurroundings, RunningPool } from "./pool/start-pool.ts";
export { prepareWith } from "./prepare.ts";
export type { ValidatorSeat } from "./production.ts";
export { SCHEMA_VERSION } from "./schema.ts";
export { type NodeConfig, SETTINGS, type Source } from "./settings.ts";
export { readSpec } from "./spec-source.ts";
export { type NodeSurroundings, type RunningNode, startNode } from "./start-node.ts";
export { AGENT, VERSION } from "./version.ts";
