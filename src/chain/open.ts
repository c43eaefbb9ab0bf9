/** Start: from what the store holds to a working state whose root equals the head's. */
import { type BlockId, equalBytes, type Hash, InvariantError, OperationError, toHex } from "#base";
import { computeGenesis, type Engine } from "#consensus";
import { decodeChanges } from "#ledger";
import { EMPTY_BODY, encodeBody } from "#model";
import type { ChainSpec } from "#spec";
import { decodeSeq, encodeSeq, keys, put, type Store } from "#storage";
import type { TrustedBlock } from "#validation";
import type { BlockStore } from "./block-store.ts";
import { type BlockEntry, encodeEntry } from "./entry.ts";
import { findRoute } from "./fork-choice.ts";
import { decodeTrusted, META } from "./meta.ts";
import type { ChainLedger } from "./working-state.ts";

export interface Opened {
  readonly ledger: ChainLedger;
  readonly head: BlockEntry;
  readonly checkpointHeight: number;
  readonly nextSeq: number;
  readonly genesisId: BlockId;
  /** Newest first. */
  readonly orphaned: readonly BlockEntry[];
  readonly finalized: TrustedBlock;
}

export interface OpenParts {
  readonly spec: ChainSpec;
  readonly chainId: Hash;
  readonly engine: Engine;
  readonly store: Store;
  readonly blocks: BlockStore;
  /** A ledger that holds the genesis state. */
  readonly createLedger: () => ChainLedger;
}

/** @throws OperationError `data-damaged` when what is stored does not add up */
export async function openState(parts: OpenParts): Promise<Opened> {
  const { spec, engine, store, chainId } = parts;
  const ledger = parts.createLedger();
  const genesis = computeGenesis({ spec, chainId, engine }, ledger.root);
  const headSeq = store.get(keys.meta(META.head));
  if (headSeq === null) return writeGenesis(parts, ledger, genesis);
  try {
    return await openStored(parts, ledger, decodeSeq(headSeq), genesis.id);
  } catch (error) {
    // Bytes that cannot be read were ours once: the disk is to blame, or whoever edited them.
    throw error instanceof OperationError ? error : damaged(error instanceof Error ? error.message : String(error));
  }
}

async function openStored(parts: OpenParts, ledger: ChainLedger, headSeq: number, genesisId: BlockId): Promise<Opened> {
  const { store, blocks } = parts;
  const head = blocks.bySeq(headSeq);
  const checkpointSeq = store.get(keys.meta(META.checkpoint));
  const checkpoint = checkpointSeq === null ? null : blocks.bySeq(decodeSeq(checkpointSeq));
  if (head === null || checkpoint === null) throw damaged("the head or the checkpoint is missing");
  ledger.loadPages(pagesOf(store));
  if (!equalBytes(ledger.root, checkpoint.header.stateRoot))
    throw damaged(`the state pages do not have the root of block ${toHex(checkpoint.id)}`);
  moveAlong(parts, ledger, checkpoint, head);
  if (!equalBytes(ledger.root, head.header.stateRoot))
    throw damaged(`the stored changes do not lead to the state root of block ${toHex(head.id)}`);
  return {
    ledger,
    head,
    checkpointHeight: checkpoint.header.height,
    nextSeq: lastSeq(store) + 1,
    genesisId,
    orphaned: orphanedBy(store, blocks),
    finalized: finalizedIn(store, { height: 0, id: genesisId }),
  };
}

async function writeGenesis(
  parts: OpenParts,
  ledger: ChainLedger,
  genesis: ReturnType<typeof computeGenesis>,
): Promise<Opened> {
  const { engine, store } = parts;
  const body = encodeBody(EMPTY_BODY);
  const entry: BlockEntry = {
    seq: 0,
    id: genesis.id,
    header: genesis.header,
    snapshot: engine.genesis(genesis.id),
    status: "executed",
    sizeBytes: body.length,
    transactionCount: 0,
  };
  const seq = encodeSeq(0);
  await store.commit([
    put(keys.block(0), body),
    put(keys.header(0), encodeEntry(engine, entry)),
    put(keys.seqOf(entry.id), seq),
    put(keys.canonical(0), seq),
    ...ledger.takeDirtyPages().map((page) => put(keys.page(page.no), page.bytes)),
    put(keys.meta(META.checkpoint), seq),
    put(keys.meta(META.head), seq),
  ]);
  return {
    ledger,
    head: entry,
    checkpointHeight: 0,
    nextSeq: 1,
    genesisId: entry.id,
    orphaned: [],
    finalized: { height: 0, id: entry.id },
  };
}

function* pagesOf(store: Store): IterableIterator<{ readonly no: number; readonly bytes: Uint8Array }> {
  for (const [key, bytes] of store.range(keys.page.all)) yield { no: keys.page.parse(key), bytes };
}

function moveAlong({ store, blocks }: OpenParts, ledger: ChainLedger, from: BlockEntry, to: BlockEntry): void {
  const route = findRoute(blocks, from, to);
  if (route === null) throw damaged("the checkpoint and the head have no common ancestor");
  const changesOf = (entry: BlockEntry) => {
    const bytes = store.get(keys.delta(entry.seq));
    if (bytes === null) throw damaged(`the changes of block ${toHex(entry.id)} are missing`);
    return decodeChanges(bytes);
  };
  for (const entry of route.revert) ledger.revert(changesOf(entry));
  for (const entry of route.apply) ledger.replay(changesOf(entry));
}

function orphanedBy(store: Store, blocks: BlockStore): readonly BlockEntry[] {
  const seqs = store.get(keys.meta(META.orphaned)) ?? new Uint8Array(0);
  const entries: BlockEntry[] = [];
  for (let at = 0; at < seqs.length; at += 4) {
    const entry = blocks.bySeq(decodeSeq(seqs.subarray(at, at + 4)));
    if (entry !== null) entries.push(entry);
  }
  return entries;
}

function finalizedIn(store: Store, genesis: TrustedBlock): TrustedBlock {
  const bytes = store.get(keys.meta(META.finalized));
  return bytes === null ? genesis : decodeTrusted(bytes);
}

function lastSeq(store: Store): number {
  for (const [key] of store.range({ ...keys.header.all, reverse: true, limit: 1 })) return keys.header.parse(key);
  throw new InvariantError("a store with a head has a header");
}

function damaged(what: string): OperationError {
  return new OperationError(
    "data-damaged",
    `the data directory is damaged: ${what}. Run 'agon fsck', or start with an empty directory and let the node sync.`,
  );
}
