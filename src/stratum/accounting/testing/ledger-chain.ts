/**
 * A chain for tests of the pool's money: real transaction bytes under the real rules of transfers (TX-9 to TX-13), blocks
 * and reorganisations on demand. With a file it survives a kill of its process.
 */
import { appendFileSync, existsSync, readFileSync, truncateSync } from "node:fs";
import { type Address, asHash, type BlockId, fromHex, type Hash, toHex, utf8 } from "#base";
import { addressOf, sha256, verifySignature } from "#crypto";
import { decodeTransaction, decodeTransfer, type Output, signingHash, type Transaction, transactionId } from "#model";
import type { ChainAccount, PoolChain } from "../pool-chain.ts";

export interface LedgerChainOptions {
  readonly chainId: Hash;
  readonly maturityBlocks: number;
  readonly newAccountBurnAtoms: bigint;
  readonly file?: string;
}

export interface MinedBlock {
  readonly id: string;
  /** Credited to `to`, beside the fees of its transactions. */
  readonly rewardAtoms: bigint;
  readonly to: string;
}

export interface LedgerChain extends PoolChain {
  /** A block with all transactions that fit; those of `id` undefined are somebody else's. @returns its reward with fees */
  mine(to: Address, rewardAtoms: bigint, id?: BlockId): bigint;
  /** Takes blocks off the head; their transactions wait again. */
  revert(count: number): MinedBlock[];
  /** Forgets what waits to be mined, as a restarted node may. */
  forgetWaiting(): void;
  balanceOf(address: Address): bigint;
  /** Null for a transfer that is not in the chain. */
  transfer(id: Hash): Promise<{ readonly height: number; readonly outputs: readonly Output[] } | null>;
  headHeight(): Promise<number>;
  timeMsAt(height: number): Promise<number>;
  burned(): bigint;
}

interface State {
  readonly accounts: Map<string, ChainAccount>;
  readonly maturing: readonly { readonly height: number; readonly to: string; readonly atoms: bigint }[];
  readonly burned: bigint;
}

interface Block extends MinedBlock {
  readonly credited: bigint;
  readonly transactions: readonly string[];
  readonly after: State;
}

type Operation =
  | { readonly op: "submit"; readonly bytes: string }
  | { readonly op: "mine"; readonly to: string; readonly reward: string; readonly id: string }
  | { readonly op: "revert"; readonly count: number }
  | { readonly op: "forget" };

const GENESIS_MS = 1_800_000_000_000;
const BLOCK_MS = 10_000;
const EMPTY: State = { accounts: new Map(), maturing: [], burned: 0n };

export function createLedgerChain(options: LedgerChainOptions): LedgerChain {
  const { chainId, file } = options;
  const blocks: Block[] = [];
  /** Heights of blocks and of transactions in the chain. */
  const heights = new Map<string, number>();
  const txHeights = new Map<string, number>();
  const stale = new Map<string, { height: number; credited: bigint }>();
  const waiting = new Map<string, Uint8Array>();
  const known = new Map<string, Uint8Array>();
  const stateNow = (): State => blocks.at(-1)?.after ?? EMPTY;

  const perform = (operation: Operation): MinedBlock[] => {
    if (operation.op === "submit") {
      const bytes = fromHex(operation.bytes)!;
      const id = toHex(transactionId(chainId, bytes));
      known.set(id, bytes);
      waiting.set(id, bytes);
    } else if (operation.op === "mine") mineBlock(operation.to, BigInt(operation.reward), operation.id);
    else if (operation.op === "forget") waiting.clear();
    else {
      const taken = blocks.splice(blocks.length - operation.count);
      taken.forEach((block, i) => {
        heights.delete(block.id);
        for (const id of block.transactions) txHeights.delete(id);
        stale.set(block.id, { height: blocks.length + i + 1, credited: block.credited });
        for (const id of block.transactions) waiting.set(id, known.get(id)!);
      });
      return taken;
    }
    return [];
  };

  const record = (operation: Operation): MinedBlock[] => {
    // One write: a killed process leaves a whole line or a part without its end.
    if (file !== undefined) appendFileSync(file, `${JSON.stringify(operation)}\n`);
    return perform(operation);
  };

  const mineBlock = (to: string, rewardAtoms: bigint, id: string): void => {
    const height = blocks.length + 1;
    let state = mature(stateNow(), height, options);
    let fees = 0n;
    const transactions: string[] = [];
    for (const [txId, bytes] of [...waiting].sort(([, a], [, b]) => nonceOf(a) - nonceOf(b))) {
      const next = apply(state, read(bytes), options);
      if (typeof next === "string") continue;
      state = next;
      fees += read(bytes).feeAtoms;
      transactions.push(txId);
      waiting.delete(txId);
    }
    const credited = rewardAtoms + fees;
    const after = { ...state, maturing: [...state.maturing, { height, to, atoms: credited }] };
    blocks.push({ id, rewardAtoms, to, credited, transactions, after });
    stale.delete(id);
    heights.set(id, height);
    for (const txId of transactions) txHeights.set(txId, height);
  };

  if (file !== undefined && existsSync(file)) {
    const text = readFileSync(file, "utf8");
    const end = text.lastIndexOf("\n") + 1;
    truncateSync(file, Buffer.byteLength(text.slice(0, end)));
    for (const line of text.slice(0, end).split("\n").filter(Boolean)) perform(JSON.parse(line) as Operation);
  }

  return {
    head: async () => ({ id: asHash(fromHex(blocks.at(-1)?.id ?? "00".repeat(32))!), height: blocks.length }),
    async block(id) {
      const height = heights.get(toHex(id));
      if (height !== undefined) return { height, canonical: true, rewardAtoms: blocks[height - 1]!.credited };
      const old = stale.get(toHex(id));
      return old === undefined ? null : { height: old.height, canonical: false, rewardAtoms: old.credited };
    },
    account: async (address) => stateNow().accounts.get(toHex(address)) ?? null,
    async submit(bytes) {
      const id = toHex(transactionId(chainId, bytes));
      if (waiting.has(id) || txHeights.has(id)) return null;
      const tx = read(bytes);
      if (!verifySignature(tx.signature, signingHash(chainId, bytes), tx.sender)) return "signature";
      const nonce = stateNow().accounts.get(toHex(addressOf(tx.sender)))?.nonce ?? 0;
      if (tx.nonce < nonce) return "tx-nonce-used";
      record({ op: "submit", bytes: toHex(bytes) });
      return null;
    },
    async transaction(id) {
      const height = txHeights.get(toHex(id));
      if (height !== undefined) return { kind: "in-block", height };
      return waiting.has(toHex(id)) ? { kind: "waiting" } : { kind: "unknown" };
    },
    mine(to, rewardAtoms, id) {
      const name = id ?? sha256(utf8(`${file ?? ""}${blocks.length}-${stale.size}-${rewardAtoms}`));
      record({ op: "mine", to: toHex(to), reward: String(rewardAtoms), id: toHex(name) });
      return blocks.at(-1)!.credited;
    },
    revert: (count) => record({ op: "revert", count }),
    forgetWaiting: () => void record({ op: "forget" }),
    balanceOf: (address) => stateNow().accounts.get(toHex(address))?.balanceAtoms ?? 0n,
    burned: () => stateNow().burned,
    async transfer(id) {
      const height = txHeights.get(toHex(id));
      if (height === undefined) return null;
      const outputs = decodeTransfer(read(known.get(toHex(id))!).payload);
      return outputs.ok ? { height, outputs: outputs.value } : null;
    },
    headHeight: async () => blocks.length,
    timeMsAt: async (height) => GENESIS_MS + height * BLOCK_MS,
  };
}

function read(bytes: Uint8Array): Transaction {
  const tx = decodeTransaction(bytes);
  if (!tx.ok) throw new Error(tx.error.code);
  return tx.value;
}

function nonceOf(bytes: Uint8Array): number {
  return read(bytes).nonce;
}

function mature(state: State, height: number, { maturityBlocks, newAccountBurnAtoms }: LedgerChainOptions): State {
  const due = state.maturing.filter((entry) => entry.height === height - maturityBlocks);
  const accounts = new Map(state.accounts);
  let burned = state.burned;
  for (const { to, atoms } of due) {
    const account = accounts.get(to);
    const burn = account === undefined ? (atoms < newAccountBurnAtoms ? atoms : newAccountBurnAtoms) : 0n;
    burned += burn;
    if (atoms - burn === 0n && account === undefined) continue;
    accounts.set(to, { nonce: account?.nonce ?? 0, balanceAtoms: (account?.balanceAtoms ?? 0n) + atoms - burn });
  }
  return { accounts, burned, maturing: state.maturing.filter((entry) => !due.includes(entry)) };
}

/** @returns the state after it, or why it cannot be executed now */
function apply(state: State, tx: Transaction, { newAccountBurnAtoms }: LedgerChainOptions): State | string {
  const from = toHex(addressOf(tx.sender));
  const sender = state.accounts.get(from);
  if (sender === undefined || sender.nonce !== tx.nonce) return "tx-nonce";
  const outputs = decodeTransfer(tx.payload);
  if (!outputs.ok) return outputs.error.code;
  const added = new Set(outputs.value.map(({ to }) => toHex(to)).filter((to) => !state.accounts.has(to)));
  const burn = BigInt(added.size) * newAccountBurnAtoms;
  const cost = outputs.value.reduce((sum, { amountAtoms }) => sum + amountAtoms, tx.feeAtoms + burn);
  if (sender.balanceAtoms < cost) return "tx-overspend";
  const accounts = new Map(state.accounts);
  accounts.set(from, { nonce: sender.nonce + 1, balanceAtoms: sender.balanceAtoms - cost });
  for (const { to, amountAtoms } of outputs.value) {
    const account = accounts.get(toHex(to)) ?? { nonce: 0, balanceAtoms: 0n };
    accounts.set(toHex(to), { ...account, balanceAtoms: account.balanceAtoms + amountAtoms });
  }
  return { ...state, accounts, burned: state.burned + burn };
}
