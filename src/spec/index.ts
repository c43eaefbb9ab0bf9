export { BUILT_IN_CHAINS, type BuiltInChain, type BuiltInSpec, builtInSpec, isBuiltInChain } from "./built-in.ts";
export { canonicalJson } from "./canonical-json.ts";
export { chainIdOf, specToJson } from "./chain-id.ts";
export {
  type ChainSpec,
  type EngineSpec,
  type GenesisValidator,
  isSigned,
  type StakeChainSpec,
  type StakeSpec,
  spacingMsOf,
  stakeOf,
  staleAfterMs,
  type WorkChainSpec,
  type WorkSpec,
} from "./chain-spec.ts";
export { DEV_ACCOUNT_COUNT, devAccountAddress, devAccountName, devAccountSeed } from "./dev-accounts.ts";
export {
  DEV_ONION_DEPTH,
  DEV_VALIDATOR_COUNT,
  devGenesisValidator,
  devValidatorName,
  devValidatorOwner,
  devValidatorOwnerSeed,
  devValidatorSeed,
} from "./dev-validators.ts";
export {
  BUILT_IN_NAMES,
  chainNameFor,
  type DevnetStart,
  devnetSpec,
  devValidatorsOf,
  ENGINES,
  isDevnetSpecOf,
  quickStakeSpec,
  validatorsOf,
} from "./devnet-spec.ts";
export { genesisTable } from "./genesis-table.ts";
export { hasFixedDifficulty } from "./has-fixed-difficulty.ts";
export { nominalHashRate } from "./nominal-hash-rate.ts";
export { parseChainSpec } from "./parse-chain-spec.ts";
