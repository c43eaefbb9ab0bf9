/** The pool's books. */
export { type Accounting, createAccounting } from "./accounting.ts";
export type { Books } from "./check-books.ts";
export { openPoolDatabase, type PoolDatabase } from "./database.ts";
export type { DatabaseOptions } from "./database-options.ts";
export { openingError } from "./database-trouble.ts";
export { ACCOUNTING_DEFAULTS, type AccountingEvents, type AccountingOptions, type AccountingParts } from "./parts.ts";
export type { ChainAccount, ChainHead, PayoutSigner, PoolBlock, PoolChain, TransactionPlace } from "./pool-chain.ts";
export {
  type CreditView,
  loadCredits,
  loadMiner,
  loadMinerPayouts,
  loadMiners,
  type MinerLine,
  type MinerPayout,
  type MinerView,
} from "./queries/miner-view.ts";
export {
  type LuckView,
  loadLuck,
  loadPoolSamples,
  loadPoolStatus,
  type PoolStatus,
  type SamplePoint,
} from "./queries/pool-view.ts";
export { createPublished, type Published } from "./queries/published.ts";
export type { Page, PageRequest, QueryContext } from "./queries/query-context.ts";
export { loadReceipts, type ReceiptCursor, type ReceiptPage } from "./queries/receipts.ts";
export {
  loadPayouts,
  loadRound,
  loadRounds,
  type PayoutLine,
  type RoundBlock,
  type RoundHead,
  type RoundLine,
  type RoundPart,
  type RoundView,
} from "./queries/round-view.ts";
export { loadShare, type SharePayment, type ShareView } from "./queries/share-view.ts";
export type { ShareJournal } from "./share-journal.ts";
