export { BUILT_IN_CHAINS, type BuiltInChain, builtInSpec, isBuiltInChain } from "./built-in.ts";
export { canonicalJson } from "./canonical-json.ts";
export { chainIdOf, specToJson } from "./chain-id.ts";
export type { ChainSpec, EngineSpec, WorkSpec } from "./chain-spec.ts";
export { DEV_ACCOUNT_COUNT, devAccountAddress, devAccountName, devAccountSeed } from "./dev-accounts.ts";
export { parseChainSpec } from "./parse-chain-spec.ts";
