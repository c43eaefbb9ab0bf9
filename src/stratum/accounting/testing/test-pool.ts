/** A whole pool for tests: a database, a chain, keys and a clock that moves when told. */
import { createManualClock, type Logger, type ManualClock, seededRandom, silentLogger } from "#base";
import { ed25519PublicKey } from "#crypto";
import { createBus } from "#events";
import { builtInSpec, chainIdOf } from "#spec";
import { buildTransfer, devAccount } from "#wallet/core";
import type { AcceptedShare } from "../../share.ts";
import { type Accounting, createAccounting } from "../accounting.ts";
import { openPoolDatabase, type PoolDatabase } from "../database.ts";
import type { DatabaseOptions } from "../database-options.ts";
import { ACCOUNTING_DEFAULTS, type AccountingEvents, type AccountingOptions, type AccountingParts } from "../parts.ts";
import type { PayoutSigner } from "../pool-chain.ts";
import { createLedgerChain, type LedgerChain } from "./ledger-chain.ts";
import { createShareMaker, foundBlock, type ShareMaker } from "./share-maker.ts";

const spec = builtInSpec("dev");
export const CHAIN_ID = chainIdOf(spec);
export const PREFIX = spec.addressPrefix;
export const REWARD_ATOMS = spec.rewards.subsidyAtoms;
export const RECEIPT_SEED = new Uint8Array(32).fill(7);
export const POOL_KEY = ed25519PublicKey(RECEIPT_SEED);
const START_MS = 1_800_000_000_000;

export interface TestPool extends AsyncDisposable {
  readonly options: AccountingOptions;
  readonly parts: AccountingParts;
  readonly accounting: Accounting;
  readonly database: PoolDatabase;
  readonly chain: LedgerChain;
  readonly clock: ManualClock;
  readonly maker: ShareMaker;
  readonly news: { readonly name: keyof AccountingEvents; readonly event: unknown }[];
  /** Counts shares and writes them. */
  count(shares: readonly AcceptedShare[]): Promise<void>;
  /** A share that is a block: counted, written, and on the chain unless `onChain` is false. */
  find(share: AcceptedShare, onChain?: boolean): Promise<void>;
  /** Blocks of somebody else. */
  mine(count: number): void;
}

export interface TestPoolOptions extends Partial<AccountingOptions> {
  readonly database?: DatabaseOptions;
  readonly chain?: LedgerChain;
  readonly blockWork?: bigint;
  readonly seed?: number;
  readonly log?: Logger;
}

export async function createTestPool(wishes: TestPoolOptions = {}): Promise<TestPool> {
  const { database: where, chain: givenChain, blockWork = 1_024n, seed = 1, log = silentLogger, ...rest } = wishes;
  const options: AccountingOptions = {
    ...ACCOUNTING_DEFAULTS,
    chainId: CHAIN_ID,
    addressPrefix: PREFIX,
    maturityBlocks: spec.rewards.maturityBlocks,
    newAccountBurnAtoms: spec.fees.newAccountBurnAtoms,
    minOutputAtoms: spec.fees.minOutputAtoms,
    payoutDepth: 3,
    ...rest,
  };
  const random = seededRandom(seed);
  const database = await openPoolDatabase(where ?? { kind: "sqlite", file: ":memory:" }, random);
  const clock = createManualClock(START_MS);
  const chain = givenChain ?? createTestChain();
  const events = createBus<AccountingEvents>((error) => {
    throw error;
  });
  const news: TestPool["news"] = [];
  for (const name of EVENT_NAMES) events.on(name, (event) => void news.push({ name, event }));
  const signer = createSigner();
  const parts: AccountingParts = { database, chain, signer, receiptSeed: RECEIPT_SEED, clock, log, events };
  const accounting = await createAccounting(options, parts);
  const maker = createShareMaker({ prefix: PREFIX, random, blockWork, rewardAtoms: REWARD_ATOMS });
  const stranger = devAccount(9).address;
  return {
    options,
    parts,
    accounting,
    database,
    chain,
    clock,
    maker,
    news,
    async count(shares) {
      const counted = shares.map((share) => accounting.shares.accepted(share));
      await accounting.shares.flush();
      await Promise.all(counted);
    },
    async find(share, onChain = true) {
      const counted = accounting.shares.accepted(share);
      accounting.shares.blockFound(foundBlock(share));
      await accounting.shares.flush();
      await counted;
      if (onChain) chain.mine(signer.address, share.rewardAtoms, share.hash);
    },
    mine(count) {
      for (let i = 0; i < count; i++) chain.mine(stranger, 0n);
    },
    async [Symbol.asyncDispose]() {
      await accounting.stop();
      await database.close();
    },
  };
}

/** @param file where it survives its process */
export function createTestChain(file?: string): LedgerChain {
  const { maturityBlocks } = spec.rewards;
  const { newAccountBurnAtoms } = spec.fees;
  const where = file === undefined ? {} : { file };
  return createLedgerChain({ chainId: CHAIN_ID, maturityBlocks, newAccountBurnAtoms, ...where });
}

const EVENT_NAMES = [
  "block-credited",
  "block-confirmed",
  "block-orphaned",
  "payout-signed",
  "payout-confirmed",
  "payout-dropped",
  "obstacle",
] as const;

/** Signs with a dev account's key, as a wallet would. */
export function createSigner(index = 0): PayoutSigner {
  const { seed, address } = devAccount(index);
  return {
    address,
    async sign(outputs, nonce, feeAtoms) {
      const { bytes, id } = buildTransfer({ chainId: CHAIN_ID, seed, nonce, feeAtoms, outputs });
      return { bytes, id };
    },
  };
}
