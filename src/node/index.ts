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
export { prepareWith } from "./prepare.ts";
export { type NodeConfig, SETTINGS, type Source } from "./settings.ts";
export { readSpec } from "./spec-source.ts";
export { genesisIdOf, type NodeSurroundings, type RunningNode, SCHEMA_VERSION, startNode } from "./start-node.ts";
export { AGENT, VERSION } from "./version.ts";
