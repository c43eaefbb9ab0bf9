/** What the API of a pool needs of it; types alone, so that a node does not load a pool's database. */
import type { Address, Fault, Hash, Key, Result } from "#base";
import type { SignedThresholdOrder } from "#model";
import type {
  CreditView,
  LuckView,
  MinerInfo,
  MinerLine,
  MinerPayout,
  MinerView,
  Page,
  PageRequest,
  PayoutLine,
  PoolStatus,
  Published,
  ReceiptCursor,
  ReceiptPage,
  Redirection,
  RoundLine,
  RoundView,
  SamplePoint,
  TakenThreshold,
} from "#stratum";

export interface PoolFacts {
  readonly chainId: Hash;
  readonly chainName: string;
  readonly addressPrefix: string;
  /** Signs receipts, heads and statements. */
  readonly key: Key;
  /** Where miners connect: `stratum+tcp://127.0.0.1:3333`. */
  readonly stratum: readonly string[];
  readonly payoutDepth: number;
  readonly dropEvery: number;
  readonly startedMs: number;
  readonly version: string;
}

export interface PoolOrders {
  /** Blocks, payouts and new payouts, now. */
  pay(): Promise<void>;
  setThreshold(address: string, thresholdAtoms: bigint | null): Promise<void>;
  orderThreshold(order: SignedThresholdOrder): Promise<Result<TakenThreshold, Fault>>;
  withdraw(to: Address, amountAtoms: bigint): Promise<void>;
  releasePayout(transactionId: string): Promise<void>;
  /** @returns how many connected miners were asked to go there */
  move(to: Redirection): number;
}

export interface PoolPorts {
  readonly facts: PoolFacts;
  status(): Promise<PoolStatus>;
  /** What is not well, in words for whoever looks. */
  troubles(): readonly string[];
  /** Open connections that mine. */
  connections(): readonly MinerInfo[];
  samples(sinceMs: number): Promise<readonly SamplePoint[]>;
  luck(): Promise<LuckView>;
  miners(request: PageRequest): Promise<Page<MinerLine>>;
  miner(address: string): Promise<MinerView | null>;
  credits(address: string, request: PageRequest): Promise<Page<CreditView>>;
  minerPayouts(address: string, request: PageRequest): Promise<Page<MinerPayout>>;
  payouts(request: PageRequest): Promise<Page<PayoutLine>>;
  rounds(request: PageRequest & { readonly block?: string }): Promise<Page<RoundLine>>;
  round(id: number): Promise<RoundView | null>;
  receipts(address: string, after: ReceiptCursor | null, limit: number): Promise<ReceiptPage>;
  readonly published: Published;
  readonly orders: PoolOrders;
}
