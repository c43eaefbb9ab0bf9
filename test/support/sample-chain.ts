/** Chains for tests: mined on this thread into a data directory, with a manual clock, the same bytes every time. */
import { asKey, createManualClock, silentLogger, utf8 } from "#base";
import { type Chain, DEFAULT_CHAIN_OPTIONS, openChain, sealBlock } from "#chain";
import { searchNonce } from "#consensus";
import { addressOf, ed25519PublicKey, sha256, verifySignature } from "#crypto";
import { createBus, type NodeEvents } from "#events";
import { createLedger } from "#ledger";
import {
  type Block,
  decodeTransaction,
  type Output,
  type PreparedTransaction,
  signingHash,
  transactionId,
} from "#model";
import { genesisIdOf, SCHEMA_VERSION } from "#node";
import { type ChainSpec, chainIdOf, spacingMsOf } from "#spec";
import { openDataDirectory, type Store } from "#storage";
import { buildRecord, buildTransfer, devAccount } from "#wallet/core";

/** Anybody who holds coins in such a chain. */
export interface Holder {
  readonly seed: Uint8Array;
  readonly address: ReturnType<typeof addressOf>;
}

export interface Mine {
  readonly chain: Chain;
  readonly store: Store;
  /** A block with these transactions; its time is `afterMs` (default: the spacing) after the one before. */
  mine(transactions: readonly PreparedTransaction[], reward: Holder, afterMs?: number): Promise<Block>;
  transfer(from: Holder, outputs: readonly Output[]): PreparedTransaction;
  record(from: Holder, data: Uint8Array, mediaType?: 0 | 1): PreparedTransaction;
  close(): Promise<void>;
}

/** An account that no specification knows. */
export function holder(name: string): Holder {
  const seed = sha256(utf8(name));
  return { seed, address: addressOf(ed25519PublicKey(seed)) };
}

export async function openMine(data: string, spec: ChainSpec): Promise<Mine> {
  const chainId = chainIdOf(spec);
  const genesisId = genesisIdOf(spec, chainId);
  const directory = await openDataDirectory(data, { chainId, genesisId, schemaVersion: SCHEMA_VERSION });
  const clock = createManualClock(spec.genesis.timeMs);
  const chain = await openChain(DEFAULT_CHAIN_OPTIONS, {
    ...{ spec, chainId, clock, store: directory.store, log: silentLogger },
    createLedger: () => createLedger(spec),
    prepare: async (transactions) => transactions.map((bytes) => prepare(chainId, bytes)),
    events: createBus<NodeEvents>((error) => {
      throw error;
    }),
  });
  clock.runTo(chain.head.header.timeMs);
  /** Nonces of transactions that wait for the next block. */
  const used = new Map<Holder, number>();
  const signing = (from: Holder) => {
    const nonce = (chain.account(from.address)?.nonce ?? 0) + (used.get(from) ?? 0);
    used.set(from, (used.get(from) ?? 0) + 1);
    return { chainId, seed: from.seed, nonce, minFeePerByteAtoms: spec.fees.minFeePerByteAtoms };
  };
  return {
    chain,
    store: directory.store,
    transfer: (from, outputs) => buildTransfer({ ...signing(from), outputs }),
    record: (from, data, mediaType = 1) => buildRecord({ ...signing(from), record: { mediaType, data } }),
    async mine(transactions, reward, afterMs = spacingMsOf(spec.engine)) {
      used.clear();
      clock.runTo(clock.nowMs() + afterMs);
      const producer = { me: { key: asKey(new Uint8Array(32)), reveal: () => null }, address: reward.address };
      const draft = chain.draft(producer, transactions);
      if (draft.kind !== "draft" || draft.block.job.kind !== "search") throw new Error("there is no draft");
      if (draft.block.transactions.length !== transactions.length) throw new Error("a transaction was left out");
      const nonce = searchNonce(draft.block.job, { from: 0, count: 2 ** 32 });
      const block = sealBlock(draft.block, draft.block.job.seal(nonce!));
      const [result] = await chain.import([{ block }]);
      if (result?.kind !== "imported") throw new Error(`the block is ${JSON.stringify(result)}`);
      return block;
    },
    async close() {
      await chain.stop();
      await directory.close();
    },
  };
}

/**
 * Mines `count` blocks of every sort in turn: empty, transfers with one and many outputs, to new accounts and to the sender itself,
 * records of both media types, and a transfer of matured rewards as soon as there are some.
 */
export async function mineSample(mine: Mine, count: number, afterMs?: number): Promise<void> {
  const [a, b, c] = [devAccount(0), devAccount(1), devAccount(2)];
  const miner = holder("miner");
  const programs: readonly ((round: number) => PreparedTransaction[])[] = [
    () => [],
    () => [mine.transfer(a, [{ to: b.address, amountAtoms: 12_345n }])],
    (round) => [
      mine.transfer(b, many(`many ${round}`, 20, a)),
      mine.record(a, utf8(JSON.stringify({ round, text: "grüße" })), 0),
      mine.record(a, new Uint8Array(0)),
    ],
    (round) => [
      mine.record(c, new Uint8Array(2_000).fill(round)),
      mine.transfer(c, [{ to: c.address, amountAtoms: 1_000n }]),
      mine.transfer(c, [{ to: holder(`one ${round}`).address, amountAtoms: 2n ** 33n }]),
    ],
  ];
  const rich = 2n ** 31n;
  for (let round = 0; round < count; round++) {
    const transactions = programs[round % programs.length]!(round);
    const spends = (mine.chain.account(miner.address)?.balanceAtoms ?? 0n) > rich;
    if (spends)
      transactions.push(mine.transfer(miner, [{ to: holder(`spent ${round}`).address, amountAtoms: 1_000n }]));
    await mine.mine(transactions, miner, afterMs);
  }
}

/** Outputs to `count` new accounts, one of them twice, and to one that exists. */
function many(name: string, count: number, known: Holder): Output[] {
  const made = Array.from({ length: count }, (_, i) => holder(`${name} ${i}`).address);
  return [...made, made[0]!, known.address].map((to, i) => ({ to, amountAtoms: 1_000n + BigInt(i) }));
}

function prepare(chainId: ReturnType<typeof chainIdOf>, bytes: Uint8Array): PreparedTransaction | null {
  const decoded = decodeTransaction(bytes);
  if (!decoded.ok) return null;
  const { signature, sender } = decoded.value;
  if (!verifySignature(signature, signingHash(chainId, bytes), sender)) return null;
  return { bytes, id: transactionId(chainId, bytes), from: addressOf(sender), transaction: decoded.value };
}
