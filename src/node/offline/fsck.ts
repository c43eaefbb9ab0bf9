/** `agon fsck`: everything in a data directory against everything else; with `rebuild`, the state from the blocks again. */
import { equalBytes, OperationError, toHex } from "#base";
import { type BlockEntry, createEpochTables, prepareKnownFor, readStoredChain, type StoredChain } from "#chain";
import { engineFor } from "#consensus";
import { createLedger, decodeChanges, type Ledger, type LedgerStorage } from "#ledger";
import { computeBodyRoot, decodeParts } from "#model";
import { type ChainSpec, chainIdOf } from "#spec";
import { decodeSeq, encodeSeq, keys, openDataDirectory, put, remove, type Store, type Write } from "#storage";
import { genesisIdOf } from "../genesis-id.ts";
import { SCHEMA_VERSION } from "../schema.ts";

export interface Finding {
  readonly check: "file" | "blocks" | "state" | "changes" | "supply" | "journal";
  readonly ok: boolean;
  readonly text: string;
}

export interface FsckReport {
  readonly ok: boolean;
  readonly height: number;
  readonly head: string;
  readonly findings: readonly Finding[];
}

const JOURNAL_LIMIT = 65_536;

/** Needs the data directory for itself: stop the node first. @throws OperationError when it cannot be opened at all */
export async function fsck(data: string, spec: ChainSpec, options: { readonly rebuild: boolean }): Promise<FsckReport> {
  const chainId = chainIdOf(spec);
  const directory = await openDataDirectory(data, {
    ...{ chainId, schemaVersion: SCHEMA_VERSION, checkAll: true, mustExist: true },
    genesisId: genesisIdOf(spec, chainId),
  });
  try {
    const { store, checkedPages } = directory;
    const stored = readStoredChain(store, engineFor(spec, chainId), chainId);
    const findings: Finding[] = [{ check: "file", ok: true, text: `${checkedPages} pages of the database` }];
    findings.push(attempt("blocks", () => checkBlocks(stored)));
    if (options.rebuild) await rebuildState(store, spec, stored);
    const ledger = createLedger(spec);
    findings.push(attempt("state", () => checkState(store, ledger, stored)));
    findings.push(attempt("changes", () => followChanges(store, ledger, stored)));
    findings.push(attempt("supply", () => checkSupply(ledger)));
    findings.push(attempt("journal", () => checkJournal(store, spec)));
    return {
      ok: findings.every((finding) => finding.ok),
      height: stored.head.header.height,
      head: toHex(stored.head.id),
      findings,
    };
  } finally {
    await directory.close();
  }
}

/** @param work returns what it looked at, and throws what it found wrong */
function attempt(check: Finding["check"], work: () => string): Finding {
  try {
    return { check, ok: true, text: work() };
  } catch (error) {
    return { check, ok: false, text: error instanceof Error ? error.message : String(error) };
  }
}

function checkBlocks(stored: StoredChain): string {
  let count = 0;
  let transactions = 0;
  for (const entry of stored.entries()) {
    const items = stored.blocks.transactions(entry);
    const root = computeBodyRoot(
      items.map((item) => item.id),
      stored.blocks.body(entry).votes,
    );
    if (!equalBytes(root, entry.header.bodyRoot)) throw wrong(entry, "body does not have the root of its header");
    count++;
    transactions += items.length;
  }
  return `${count} blocks with ${transactions} transactions, linked and whole`;
}

function checkState(store: Store, ledger: Ledger & LedgerStorage, stored: StoredChain): string {
  const checkpoint = checkpointOf(store, stored);
  ledger.loadPages(pagesOf(store));
  if (!equalBytes(ledger.root, checkpoint.header.stateRoot))
    throw wrong(checkpoint, "state pages do not have its root; 'agon fsck --rebuild' makes them again from the blocks");
  return `${ledger.stats().leaves} entries have the state root of height ${checkpoint.header.height}`;
}

function checkpointOf(store: Store, stored: StoredChain): BlockEntry {
  const seq = store.get(keys.meta("checkpoint"));
  const entry = seq === null ? null : stored.blocks.bySeq(decodeSeq(seq));
  if (entry === null) throw new OperationError("data-damaged", "there is no checkpoint");
  return entry;
}

/** A checkpoint lies on the chain of the head: it is written anew whenever blocks are reverted. */
function followChanges(store: Store, ledger: Ledger & LedgerStorage, stored: StoredChain): string {
  const from = checkpointOf(store, stored).header.height;
  const to = stored.head.header.height;
  for (let height = from + 1; height <= to; height++) {
    const entry = stored.blocks.atHeight(height);
    const bytes = entry === null ? null : store.get(keys.delta(entry.seq));
    if (entry === null || bytes === null) throw new OperationError("data-damaged", `no changes for height ${height}`);
    ledger.replay(decodeChanges(bytes));
    if (!equalBytes(ledger.root, entry.header.stateRoot)) throw wrong(entry, "changes do not lead to its state root");
  }
  return `the changes of ${to - from} blocks lead to the state root of the head`;
}

function checkSupply(ledger: Ledger & LedgerStorage): string {
  const check = ledger.checkSupply();
  if (!check.holds)
    throw new OperationError("data-damaged", "balances, maturing credits and bonds are not issued less burned");
  return `${ledger.supply().issuedAtoms - ledger.supply().burnedAtoms} atoms, all accounted for`;
}

function checkJournal(store: Store, spec: ChainSpec): string {
  const prepare = prepareKnownFor(chainIdOf(spec));
  let count = 0;
  for (const [, value] of store.range(keys.journal.all)) {
    const parts = decodeParts(value, JOURNAL_LIMIT);
    if (parts === null) throw new OperationError("data-damaged", "a batch of the journal cannot be read");
    for (const bytes of parts) prepare(bytes);
    count += parts.length;
  }
  return `${count} transactions in the journal`;
}

/** Executes the stored chain from genesis and replaces the state pages by the result. */
async function rebuildState(store: Store, spec: ChainSpec, stored: StoredChain): Promise<void> {
  const engine = engineFor(spec, chainIdOf(spec), createEpochTables(store));
  const ledger = createLedger(spec);
  let parent: BlockEntry | null = null;
  for (const entry of stored.entries()) {
    const before: BlockEntry | null = parent;
    parent = entry;
    if (before === null) continue;
    const { header } = entry;
    const applied = ledger.apply({
      height: header.height,
      timeMs: header.timeMs,
      proposer: header.proposer,
      transactions: stored.blocks.transactions(entry),
      votes: stored.blocks.body(entry).votes,
      orders: engine.orders(header, before.snapshot),
      rewards: (feesAtoms) => engine.rewards(header, before.snapshot, feesAtoms),
    });
    if (!applied.ok || !equalBytes(ledger.root, header.stateRoot)) throw wrong(entry, "block does not execute again");
  }
  const writes: Write[] = [...store.range(keys.page.all)].map(([key]) => remove(key));
  for (const page of ledger.takeDirtyPages()) writes.push(put(keys.page(page.no), page.bytes));
  writes.push(put(keys.meta("checkpoint"), encodeSeq(stored.head.seq)));
  await store.commit(writes);
}

function* pagesOf(store: Store): IterableIterator<{ readonly no: number; readonly bytes: Uint8Array }> {
  for (const [key, bytes] of store.range(keys.page.all)) yield { no: keys.page.parse(key), bytes };
}

function wrong(entry: BlockEntry, what: string): OperationError {
  return new OperationError("data-damaged", `height ${entry.header.height} (${toHex(entry.id)}): the ${what}`);
}
