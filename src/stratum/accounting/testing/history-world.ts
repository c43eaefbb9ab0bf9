/** A pool that lives through anything, on a chain that goes back and forth, and what must be true of its books at any moment. */
import { sql } from "kysely";
import { expect } from "vitest";
import { type Address, asHash, compareBytes, fromHex, type Hash, OperationError, toHex, utf8 } from "#base";
import { formatAddress, sha256 } from "#crypto";
import { devAccount, signThreshold } from "#wallet/core";
import { auditPool } from "../../trust/audit.ts";
import type { Scheme } from "../../trust/schemes.ts";
import { loadMiner, loadMiners } from "../queries/miner-view.ts";
import { createPublished } from "../queries/published.ts";
import type { LedgerChain } from "./ledger-chain.ts";
import {
  CHAIN_ID,
  createSigner,
  createTestChain,
  createTestPool,
  POOL_KEY,
  PREFIX,
  REWARD_ATOMS,
  type TestPool,
} from "./test-pool.ts";

/** The first is the pool's own account, and mines as well. */
export const MINERS = Array.from({ length: 5 }, (_, i) => devAccount(i));
const STRANGER = devAccount(9).address;
const OPTIONS = {
  ...{ blockWork: 64n, thresholdAtoms: REWARD_ATOMS / 2n, minThresholdAtoms: REWARD_ATOMS / 10n },
  // The watch is deeper than any reorganisation here, and its end soon reached; payouts are final too early.
  ...{ watchBlocks: 20, payoutDepth: 1, reserveAtoms: 3n * REWARD_ATOMS },
};

/** More than any payout may burn unexpectedly. */
const BURN_MARGIN = 100_000n;

interface ChainBlock {
  readonly id: Hash;
  readonly to: Address;
  readonly rewardAtoms: bigint;
  readonly credited: bigint;
}

export class Crash extends Error {}

export class HistoryWorld {
  readonly #file: string;
  readonly #schemes: readonly Scheme[];
  readonly #ledger: LedgerChain = createTestChain();
  /** The same blocks as the ledger has, from height 1 on. */
  readonly #blocks: ChainBlock[] = [];
  /** Ids of blocks that the pool found, on the chain or not. */
  readonly #found = new Set<string>();
  readonly #thresholds = new Map<string, bigint>();
  #pool: TestPool | null = null;
  /** Calls to the node until the process dies; null: it does not. */
  #fuse: number | null = null;
  #made = 0;
  #starts = 0;
  #orders = 0;

  /** @param schemes with each start the next of them */
  constructor(file: string, schemes: readonly Scheme[]) {
    this.#file = file;
    this.#schemes = schemes;
  }

  get pool(): TestPool {
    return this.#pool!;
  }

  async open(): Promise<void> {
    this.#fuse = null;
    const scheme = this.#schemes[this.#starts++ % this.#schemes.length]!;
    this.#pool = await createTestPool({
      ...OPTIONS,
      ...{ database: { kind: "sqlite", file: this.#file }, chain: this.#fused(), seed: this.#starts },
      terms: { scheme, feePpm: 30_000, windowBlocks: 2 },
    });
    // The machine does not lose its power here.
    await sql`pragma synchronous = off`.execute(this.pool.database.reader);
  }

  /** As a kill does it: nothing is finished, signed or said. */
  async die(): Promise<void> {
    const before = await this.#rows();
    await this.pool.database.close();
    await this.open();
    expect(await this.#rows()).toEqual(before);
  }

  /** Goes on with `task` until the node was asked so often. */
  async dieWithin(calls: number, task: () => Promise<void>): Promise<void> {
    this.#fuse = calls;
    await task().catch((error: unknown) => {
      if (!(error instanceof Crash)) throw error;
    });
    this.#fuse = null;
    await this.die();
  }

  async share(who: number, work: number): Promise<void> {
    if (this.pool.accounting.shares.obstacle() !== null) return;
    await this.pool.count([this.#shareOf(who, BigInt(work))]);
  }

  /** @param isTooLate the chain takes another block */
  async find(who: number, isTooLate: boolean): Promise<void> {
    if (this.pool.accounting.shares.obstacle() !== null) return;
    const share = this.#shareOf(who, this.pool.maker.blockWork);
    await this.pool.find(share, false);
    this.#found.add(toHex(share.hash));
    if (isTooLate) this.mine(1);
    else this.#add(createSigner().address, share.rewardAtoms, share.hash);
  }

  mine(count: number): void {
    for (let i = 0; i < count; i++) this.#add(STRANGER, 0n);
  }

  /** Others have a heavier branch, without the last blocks. */
  reorganise(depth: number): void {
    this.#revert(depth);
    this.mine(depth + 1);
  }

  /** The node changes its mind twice: blocks go, the pool sees it, and they come again. */
  async flicker(depth: number): Promise<void> {
    const height = this.#blocks.length;
    const gone = this.#revert(depth);
    await this.settle();
    for (const { to, rewardAtoms, credited, id } of gone) {
      this.#add(to, rewardAtoms);
      const isSame = this.#blocks.at(-1)!.credited === credited;
      this.#revert(1);
      // Another transaction would get into it, so it could not have this id.
      if (!isSame) break;
      this.#add(to, rewardAtoms, id);
    }
    // No chain that is shorter wins.
    this.mine(height - this.#blocks.length);
  }

  forgetWaiting(): void {
    this.#ledger.forgetWaiting();
  }

  async settle(): Promise<void> {
    await this.pool.accounting.settle();
  }

  async pay(): Promise<void> {
    await this.settle();
    const before = await this.#due();
    await this.pool.accounting.pay();
    await this.#checkPaid(before);
  }

  async order(who: number, coins: number | null): Promise<void> {
    const { seed, address } = MINERS[who]!;
    const thresholdAtoms = coins === null ? null : BigInt(coins) * 100_000_000n;
    const timeMs = this.pool.clock.nowMs() + ++this.#orders;
    const order = signThreshold({ chainId: CHAIN_ID, poolKey: POOL_KEY, seed, thresholdAtoms, timeMs });
    const taken = await this.pool.accounting.orderThreshold(order).catch(codeOf);
    if (typeof taken === "string") {
      expect(["miner-unknown", "threshold-too-low", "threshold-too-often"]).toContain(taken);
      return;
    }
    expect(taken.ok).toBe(true);
    this.#thresholds.set(textOf(address), thresholdAtoms ?? OPTIONS.thresholdAtoms);
  }

  async withdraw(who: number, partPercent: number): Promise<void> {
    const { poolAtoms } = await this.pool.accounting.checkBooks();
    const amount = (poolAtoms * BigInt(partPercent)) / 100n;
    const refused = await this.pool.accounting.withdraw(MINERS[who]!.address, amount).catch(codeOf);
    expect(refused).toBe(amount > 0n && partPercent <= 100 ? undefined : "pool-account-short");
  }

  /** At any moment, whatever the pool knows of its chain. */
  async check(): Promise<void> {
    const { accounting, database } = this.pool;
    const books = await accounting.checkBooks(true);
    expect(books.problems).toEqual([]);
    expect(await accounting.checkBooks()).toEqual(books);
    const { owedAtoms, payingAtoms, paidAtoms, poolAtoms, burnedAtoms, rewardsAtoms } = books;
    expect(owedAtoms + payingAtoms + paidAtoms + poolAtoms + burnedAtoms).toBe(rewardsAtoms);
    const payouts = await database.reader.selectFrom("payouts").selectAll().orderBy("nonce").execute();
    expect(payouts.map(({ nonce }) => nonce)).toEqual(payouts.map((_, i) => i));
    expect(accounting.payouts.conflict()).toBeNull();
    await this.#checkReceived();
  }

  /** Once the pool has looked at its chain. */
  async checkSettled(): Promise<void> {
    await this.settle();
    await this.check();
    const { rewardsAtoms } = await this.pool.accounting.checkBooks();
    expect(rewardsAtoms).toBe(this.#matureOf(createSigner().address, ({ id }) => this.#found.has(toHex(id))));
    expect(await this.pool.accounting.surplusAtoms()).toBe(await this.#expectedSurplus());
  }

  /** Everything matures and is paid, and comes to rest. */
  async finish(): Promise<void> {
    for (let i = 0; i < 6; i++) {
      await this.pay();
      this.mine(6);
    }
    await this.checkSettled();
    const waiting = await this.#waiting();
    // After a deep reorganisation the coins may be gone that a payout was signed for; it waits until there are others.
    if (waiting > 0n) expect(this.#isShortFor(waiting + BURN_MARGIN, 0n)).toBe(true);
    else for (const [, owedAtoms] of await this.#due()) expect(this.#isShortFor(owedAtoms, 0n)).toBe(true);
    await this.pool.accounting.stop();
    for (const { address } of MINERS) await this.#audit(address);
    await this.pool.database.close();
  }

  /** Rounds are divided as their logs say. The shares have no work in them, which is another matter. */
  async #audit(address: Address): Promise<void> {
    const source = createPublished(this.pool.options, this.pool.parts);
    const { findings } = await auditPool(source, this.#ledger, {
      ...{ chainId: CHAIN_ID, poolKey: POOL_KEY, address, receipts: [], knownHeads: [], knownThresholds: [] },
      maturityBlocks: this.pool.options.maturityBlocks,
      rounds: Array.from({ length: this.pool.accounting.shares.round().id }, (_, i) => i + 1),
    });
    expect(findings.filter(({ code }) => code !== "work-too-low" && code !== "payout-late")).toEqual([]);
  }

  #shareOf(who: number, work: bigint) {
    const height = this.#blocks.length + 1;
    return this.pool.maker.unworked({ address: MINERS[who]!.address, work, timeMs: this.pool.clock.nowMs(), height });
  }

  #add(to: Address, rewardAtoms: bigint, id = sha256(utf8(`block ${++this.#made}`))): void {
    const credited = this.#ledger.mine(to, rewardAtoms, id);
    this.#blocks.push({ id, to, rewardAtoms, credited });
  }

  #revert(depth: number): ChainBlock[] {
    const count = Math.min(depth, this.#blocks.length);
    this.#ledger.revert(count);
    return this.#blocks.splice(this.#blocks.length - count);
  }

  #thresholdOf(address: string): bigint {
    return this.#thresholds.get(address) ?? OPTIONS.thresholdAtoms;
  }

  #matureOf(to: Address, isWanted: (block: ChainBlock) => boolean = () => true): bigint {
    return this.#blocks
      .slice(0, Math.max(0, this.#blocks.length - this.pool.options.maturityBlocks))
      .filter((block) => compareBytes(block.to, to) === 0 && isWanted(block))
      .reduce((sum, { credited }) => sum + credited, 0n);
  }

  async #rows() {
    return this.pool.database.reader.selectFrom("miners").selectAll().orderBy("id").execute();
  }

  async #outputs() {
    const rows = await this.pool.database.reader
      .selectFrom("payout_outputs")
      .innerJoin("payouts", "payouts.id", "payout_outputs.payout")
      .innerJoin("miners", "miners.id", "payout_outputs.miner")
      .select(["address", "amount", "gross", "payout_outputs.burn", "payouts.tx_id", "payouts.id"])
      .execute();
    const places = new Map<string, boolean>();
    for (const { tx_id } of rows)
      places.set(tx_id, (await this.#ledger.transaction(asHash(fromHex(tx_id)!))).kind === "in-block");
    return rows.map((row) => ({ ...row, isInChain: places.get(row.tx_id)! }));
  }

  /** What each miner has is what the payouts in the chain say, no more and no less. */
  async #checkReceived(): Promise<void> {
    const outputs = await this.#outputs();
    for (const { address } of MINERS.slice(1)) {
      const own = outputs.filter((row) => row.isInChain && row.address === textOf(address));
      expect(this.#ledger.balanceOf(address)).toBe(own.reduce((sum, { amount }) => sum + BigInt(amount), 0n));
    }
    for (const { amount } of outputs) expect(BigInt(amount)).toBeGreaterThanOrEqual(this.pool.options.minOutputAtoms);
  }

  /** Who must be paid now, and how much. */
  async #due(): Promise<Map<string, bigint>> {
    const { items } = await loadMiners(this.pool);
    const due = items.filter((line) => line.payingAtoms === 0n && line.owedAtoms >= this.#thresholdOf(line.address));
    return new Map(due.map(({ address, owedAtoms }) => [address, owedAtoms]));
  }

  /** They are, as far as the balance goes; nobody else is. */
  async #checkPaid(due: ReadonlyMap<string, bigint>): Promise<void> {
    for (const [address, owedAtoms] of due) {
      const miner = (await loadMiner(this.pool, address))!;
      if (miner.payingAtoms === 0n) expect(this.#isShortFor(owedAtoms, await this.#waiting())).toBe(true);
      else expect([miner.payingAtoms, miner.owedAtoms]).toEqual([owedAtoms, 0n]);
    }
    const last = Math.max(0, ...(await this.#outputs()).map(({ id }) => id));
    const newest = (await this.#outputs()).filter(({ id, isInChain }) => id === last && !isInChain);
    for (const { address, gross } of newest)
      if (due.has(address)) expect(BigInt(gross)).toBeGreaterThanOrEqual(this.#thresholdOf(address));
  }

  #isShortFor(owedAtoms: bigint, waiting: bigint): boolean {
    return owedAtoms > this.#ledger.balanceOf(createSigner().address) - waiting;
  }

  /** Signed, and not yet executed. */
  async #waiting(): Promise<bigint> {
    return (await this.#outputs())
      .filter(({ isInChain }) => !isInChain)
      .reduce((sum, { gross }) => sum + BigInt(gross), 0n);
  }

  /** What the pool paid to itself, and account burns that were expected and did not happen, or the other way round. */
  async #expectedSurplus(): Promise<bigint> {
    const own = createSigner().address;
    const executed = (await this.#outputs()).filter(({ isInChain }) => isInChain);
    const toItself = executed.filter(({ address }) => address === textOf(own));
    const expectedBurns = executed.reduce((sum, { burn }) => sum + BigInt(burn), 0n);
    const strangerBurn = this.#matureOf(STRANGER) - this.#ledger.balanceOf(STRANGER);
    const ownBurn = (await this.#ledger.account(own)) === null ? 0n : this.pool.options.newAccountBurnAtoms;
    const { burnedAtoms } = await this.pool.accounting.checkBooks();
    const payoutBurns = this.#ledger.burned() - strangerBurn - ownBurn;
    return (
      toItself.reduce((sum, { amount }) => sum + BigInt(amount), 0n) +
      expectedBurns -
      payoutBurns +
      burnedAtoms -
      ownBurn
    );
  }

  /** The node as the pool reaches it: at the end of the fuse the process is gone. */
  #fused(): LedgerChain {
    const ledger = this.#ledger;
    const fused =
      <T extends readonly unknown[], R>(call: (...all: T) => Promise<R>) =>
      async (...all: T): Promise<R> => {
        if (this.#fuse !== null && this.#fuse-- <= 0) throw new Crash("killed");
        return call(...all);
      };
    return {
      ...ledger,
      ...{ head: fused(ledger.head), block: fused(ledger.block), account: fused(ledger.account) },
      ...{ submit: fused(ledger.submit), transaction: fused(ledger.transaction) },
    };
  }
}

function textOf(address: Address): string {
  return formatAddress(address, PREFIX);
}

function codeOf(error: unknown): string {
  if (error instanceof OperationError) return error.code;
  throw error;
}
