export { createPageClient } from "./api.ts";
export { ConnectionProvider, useClient, useConnection } from "./context.tsx";
export {
  type NodeOrder,
  useAudit,
  useDevnetAccounts,
  useDevnetNodes,
  useDevnetValidators,
  useNames,
  useNodeOrder,
} from "./devnet-queries.ts";
export { keys } from "./keys.ts";
export type { FeedItem, LiveConnection, Trends } from "./live-state.ts";
export {
  type Pages,
  useHasPool,
  useIsPoolServer,
  usePool,
  usePoolCredits,
  usePoolHistory,
  usePoolLuck,
  usePoolMiner,
  usePoolMinerPayouts,
  usePoolMiners,
  usePoolPayouts,
  usePoolRound,
  usePoolRounds,
  useRoundOfBlock,
} from "./pool-queries.ts";
export {
  PAGE_SIZE,
  useAccount,
  useAccountTransactions,
  useBlock,
  useBlockPage,
  useBlockTransactions,
  useFeed,
  useLiveConnection,
  useMempool,
  usePeers,
  useRecentBlocks,
  useRecord,
  useStatus,
  useTransaction,
  useTrends,
} from "./queries.ts";
export {
  EPOCHS_SHOWN,
  useDuties,
  useEpoch,
  useEpochs,
  useFeature,
  useFinality,
  useOffences,
  useValidator,
  useValidators,
} from "./stake-queries.ts";
