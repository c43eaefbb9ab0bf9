export { describeFault } from "./fault-words.ts";
export { createNodeApi, DEFAULT_SUBMIT_LIMITS, type NodeApiOptions, type NodeApiParts } from "./node-api.ts";
export { createPoolApi, type PoolApiOptions, type PoolApiParts } from "./pool/pool-api.ts";
export type { PoolFacts, PoolOrders, PoolPorts } from "./pool/ports.ts";
export type {
  AccountState,
  Awaitable,
  BlockMoney,
  BlockPoint,
  BlockRecord,
  ChainView,
  IncludedTransaction,
  NodeFacts,
  NodeOrders,
  NodePorts,
  PendingView,
  SealOutcome,
  StateProof,
  WorkFacts,
  WorkOrders,
  WorkTemplate,
} from "./ports.ts";
export type {
  BondRules,
  DrawFacts,
  DutyFacts,
  EpochFacts,
  FinalityFacts,
  OffenceFacts,
  SlotFacts,
  SlotTime,
  StakeFacts,
  StakeReads,
  TrackRecord,
  ValidatorFacts,
  VoteCount,
  VoteFacts,
} from "./stake-ports.ts";
export type { SubmitLimits } from "./transaction-routes.ts";
