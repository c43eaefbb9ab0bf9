/** Chains out of and into data directories, and their validation from genesis on. */
import { OperationError, toHex } from "#base";
import { type Chain, readStoredChain } from "#chain";
import { engineFor } from "#consensus";
import type { Block } from "#model";
import { type ChainSpec, chainIdOf } from "#spec";
import { createMemoryStore, openDataDirectory, type Store } from "#storage";
import { genesisIdOf } from "../genesis-id.ts";
import { SCHEMA_VERSION } from "../schema.ts";
import { blockLine, firstLine, openChainFile } from "./chain-file.ts";
import { openWorkshop } from "./workshop.ts";

const GROUP_BLOCKS = 64;
const GROUP_BYTES = 4 * 1024 * 1024;

export interface Progress {
  readonly done: number;
  readonly total: number | null;
}
type OnProgress = (progress: Progress) => void;

export interface ChainSummary {
  readonly height: number;
  readonly head: string;
  readonly stateRoot: string;
  readonly transactions: number;
}

/** Works beside a running node. @param write is given one line at a time, without its end */
export async function exportChain(
  data: string,
  spec: ChainSpec,
  write: (line: string) => Promise<void> | void,
  onProgress: OnProgress = () => {},
): Promise<ChainSummary> {
  return withStore(data, spec, true, async (store) => {
    const stored = readStoredChain(store, engineFor(spec, chainIdOf(spec)), chainIdOf(spec));
    let transactions = 0;
    for (const entry of stored.entries()) {
      if (entry.header.height === 0) await write(firstLine(spec, entry, stored.head));
      else await write(blockLine(entry, stored.blocks.bodyBytes(entry)));
      transactions += entry.transactionCount;
      onProgress({ done: entry.header.height, total: stored.head.header.height });
    }
    return summaryOf(stored.head, transactions);
  });
}

/** @throws OperationError when the file is damaged, is of another chain, or a block of it is refused */
export async function importChain(
  data: string,
  file: string,
  onProgress: OnProgress = () => {},
): Promise<ChainSummary> {
  const chainFile = await openChainFile(file);
  return withStore(data, chainFile.spec, false, async (store) => {
    const workshop = await openWorkshop({ spec: chainFile.spec, chainId: chainIdOf(chainFile.spec), store });
    try {
      return await feed(workshop.chain, chainFile.blocks(), (done) => onProgress({ done, total: null }));
    } finally {
      await workshop.close();
    }
  });
}

/** Checks a whole file without keeping anything. */
export async function validateChainFile(file: string, onProgress: OnProgress = () => {}): Promise<ChainSummary> {
  const { spec, blocks } = await openChainFile(file);
  return validateBlocks(spec, blocks(), (done) => onProgress({ done, total: null }));
}

/** Executes everything again from genesis: seals, signatures, every rule, every root. Works beside a running node. */
export async function validateChain(
  data: string,
  spec: ChainSpec,
  onProgress: OnProgress = () => {},
): Promise<ChainSummary> {
  return withStore(data, spec, true, async (store) => {
    const stored = readStoredChain(store, engineFor(spec, chainIdOf(spec)), chainIdOf(spec));
    const total = stored.head.header.height;
    // Now, before anything is waited for: a running node may follow another branch then.
    const entries = stored.entries();
    async function* blocks(): AsyncIterableIterator<Block> {
      for (const entry of entries)
        if (entry.header.height > 0) yield { header: entry.header, body: stored.blocks.body(entry) };
    }
    const summary = await validateBlocks(spec, blocks(), (done) => onProgress({ done, total }));
    if (summary.head === toHex(stored.head.id)) return summary;
    throw new OperationError("chain-invalid", `the chain ends at ${summary.head}, not at the head that is stored`);
  });
}

/** What the store says of its own head, believed as it stands. Works beside a running node. */
export function storedHead(data: string, spec: ChainSpec): Promise<Omit<ChainSummary, "transactions">> {
  return withStore(data, spec, true, async (store) => {
    const { head } = readStoredChain(store, engineFor(spec, chainIdOf(spec)), chainIdOf(spec));
    return { height: head.header.height, head: toHex(head.id), stateRoot: toHex(head.header.stateRoot) };
  });
}

async function validateBlocks(
  spec: ChainSpec,
  blocks: AsyncIterableIterator<Block>,
  onProgress: (done: number) => void,
): Promise<ChainSummary> {
  const workshop = await openWorkshop({ spec, chainId: chainIdOf(spec), store: createMemoryStore() });
  try {
    return await feed(workshop.chain, blocks, onProgress);
  } finally {
    await workshop.close();
  }
}

async function feed(
  chain: Chain,
  blocks: AsyncIterableIterator<Block>,
  onProgress: (done: number) => void,
): Promise<ChainSummary> {
  let transactions = 0;
  let group: Block[] = [];
  let bytes = 0;
  const flush = async (): Promise<void> => {
    const results = await chain.import(group.map((block) => ({ block })));
    results.forEach((result, i) => {
      if (result.kind === "imported" || result.kind === "known" || result.kind === "stored") return;
      const why = result.kind === "refused" ? JSON.stringify(result.fault) : result.why;
      throw new OperationError("chain-invalid", `the block at height ${group[i]!.header.height} is refused: ${why}`);
    });
    onProgress(chain.head.header.height);
    group = [];
    bytes = 0;
  };
  for await (const block of blocks) {
    group.push(block);
    transactions += block.body.transactions.length;
    for (const one of block.body.transactions) bytes += one.length;
    if (group.length >= GROUP_BLOCKS || bytes >= GROUP_BYTES) await flush();
  }
  await flush();
  return summaryOf(chain.head, transactions);
}

function summaryOf(head: Chain["head"], transactions: number): ChainSummary {
  return {
    height: head.header.height,
    head: toHex(head.id),
    stateRoot: toHex(head.header.stateRoot),
    transactions,
  };
}

export async function withStore<T>(
  data: string,
  spec: ChainSpec,
  readOnly: boolean,
  work: (store: Store) => Promise<T>,
): Promise<T> {
  const chainId = chainIdOf(spec);
  const directory = await openDataDirectory(data, {
    ...{ chainId, readOnly, schemaVersion: SCHEMA_VERSION },
    genesisId: genesisIdOf(spec, chainId),
  });
  try {
    return await work(directory.store);
  } finally {
    await directory.close();
  }
}
