/** Chains made without a node, to have something to sync, to start from and to import. */
import { createManualClock, type Hash, InvariantError, type ManualClock, OperationError, silentLogger } from "#base";
import { type Chain, type ChainOptions, DEFAULT_CHAIN_OPTIONS, openChain, sealBlock } from "#chain";
import { createBus, type NodeEvents } from "#events";
import { createLedger } from "#ledger";
import type { Block, PreparedTransaction } from "#model";
import { genesisIdOf, SCHEMA_VERSION } from "#node";
import { type ChainSpec, chainIdOf } from "#spec";
import { openDataDirectory, type Store } from "#storage";
import { type BenchProducer, createBenchProducer } from "./bench-producer.ts";

const BLOCK_MS = 1_000;

export interface OfflineChain {
  readonly chain: Chain;
  readonly clock: ManualClock;
  readonly producer: BenchProducer;
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
    ...{ chain, clock, producer: await createBenchProducer(spec) },
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

/** The next block of these transactions, a second or a slot after the last, sealed. */
export function nextBlock(offline: OfflineChain, transactions: readonly PreparedTransaction[]): Block {
  const { chain, clock, producer } = offline;
  const { engine } = chain.spec;
  clock.runTo(clock.nowMs() + (engine.kind === "pow" ? BLOCK_MS : engine.slotMs));
  const draft = chain.draft(producer, transactions, producer.votes(chain));
  if (draft.kind !== "draft") throw new InvariantError(`no draft: ${draft.kind}`);
  const { block } = draft;
  if (block.transactions.length !== transactions.length) throw new InvariantError("the block has not room for all");
  return sealBlock(block, producer.seal(block.job));
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
