/** Chains made without a node, to have something to sync, to start from and to import. */
import { createManualClock, type Hash, InvariantError, type ManualClock, OperationError, silentLogger } from "#base";
import { type Chain, type ChainOptions, DEFAULT_CHAIN_OPTIONS, openChain, sealBlock, type UnsealedBlock } from "#chain";
import { searchNonce } from "#consensus";
import { addressOf, ed25519PublicKey } from "#crypto";
import { createBus, type NodeEvents } from "#events";
import { createLedger } from "#ledger";
import type { Block, PreparedTransaction } from "#model";
import { genesisIdOf, SCHEMA_VERSION } from "#node";
import { type ChainSpec, chainIdOf } from "#spec";
import { openDataDirectory, type Store } from "#storage";

const BLOCK_MS = 1_000;
const NONCES = 2 ** 24;
const MINER = ed25519PublicKey(new Uint8Array(32).fill(9));

export interface OfflineChain {
  readonly chain: Chain;
  readonly clock: ManualClock;
  close(): Promise<void>;
}

/** @param data the folder of a node, made if it is not there */
export async function openOffline(spec: ChainSpec, data: string): Promise<OfflineChain> {
  const chainId = chainIdOf(spec);
  const genesisId = genesisIdOf(spec, chainId);
  const directory = await openDataDirectory(data, { chainId, genesisId, schemaVersion: SCHEMA_VERSION });
  const clock = createManualClock(spec.genesis.timeMs);
  const chain = await openOn(spec, chainId, directory.store, clock);
  return {
    chain,
    clock,
    async close() {
      await chain.stop();
      await directory.close();
    },
  };
}

function openOn(spec: ChainSpec, chainId: Hash, store: Store, clock: ManualClock): Promise<Chain> {
  const options: ChainOptions = DEFAULT_CHAIN_OPTIONS;
  return openChain(options, {
    ...{ spec, chainId, store, clock, log: silentLogger },
    createLedger: () => createLedger(spec),
    prepare: () => Promise.reject(new InvariantError("signatures are known here")),
    events: createBus<NodeEvents>((error) => {
      throw error;
    }),
  });
}

/** The next block of these transactions, a second after the last, sealed. */
export function nextBlock(offline: OfflineChain, transactions: readonly PreparedTransaction[]): Block {
  const { chain, clock } = offline;
  clock.runTo(clock.nowMs() + BLOCK_MS);
  const me = { key: MINER, reveal: () => null };
  const draft = chain.draft({ me, address: addressOf(MINER) }, transactions);
  if (draft.kind !== "draft") throw new InvariantError(`no draft: ${draft.kind}`);
  const { block } = draft;
  if (block.transactions.length !== transactions.length) throw new InvariantError("the block has not room for all");
  return sealBlock(block, sealOf(block));
}

/** @throws OperationError when the block is refused */
export async function importKnown(
  { chain }: OfflineChain,
  block: Block,
  known: readonly PreparedTransaction[],
): Promise<void> {
  const [result] = await chain.import([{ block, known }]);
  if (result?.kind !== "imported") throw new OperationError("bench-import", JSON.stringify(result));
}

/** Makes a node's folder with a block of each of these lists. */
export async function buildChain(
  spec: ChainSpec,
  data: string,
  blocks: Iterable<readonly PreparedTransaction[]>,
): Promise<void> {
  const offline = await openOffline(spec, data);
  try {
    for (const transactions of blocks) await importKnown(offline, nextBlock(offline, transactions), transactions);
  } finally {
    await offline.close();
  }
}

export function* emptyBlocks(count: number): IterableIterator<readonly PreparedTransaction[]> {
  for (let i = 0; i < count; i++) yield [];
}

function sealOf({ job }: UnsealedBlock): Uint8Array {
  if (job.kind !== "search") throw new InvariantError("the bench chain is one of work");
  const nonce = searchNonce(job, { from: 0, count: NONCES });
  if (nonce === null) throw new InvariantError("no nonce fits");
  return job.seal(nonce);
}
