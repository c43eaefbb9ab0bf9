/** The chain a node keeps: what goes in (the import line), what is read out, and drafts of what comes next. */

import type { Fault } from "#base";
import {
  type Address,
  type BlockId,
  type Clock,
  equalBytes,
  type Hash,
  InvariantError,
  type Key,
  type Logger,
  OperationError,
  type Result,
  type TransactionId,
  toHex,
} from "#base";
import { type Engine, engineFor, type Me, type Parsed, type SealJob, type Snapshot, type Verdict } from "#consensus";
import type { Bus, NodeEvents } from "#events";
import { creditsIn, type Maturing, type StakeView, type StateProof } from "#ledger";
import {
  type Account,
  type Block,
  type Body,
  type Credit,
  computeBodyRoot,
  HEADER_VERSION,
  type Header,
  type PreparedTransaction,
  type Supply,
  sealHash,
  type Vote,
} from "#model";
import type { ChainSpec } from "#spec";
import type { Store } from "#storage";
import {
  checkFence,
  checkHeaderGate,
  createVoteSignatures,
  type PrepareTransactions,
  type TrustedBlock,
} from "#validation";
import { acceptDeepBranch } from "./accept-branch.ts";
import { type BlockStore, createBlockStore } from "./block-store.ts";
import type { Candidate, ImportResult } from "./candidate.ts";
import type { BlockEntry } from "./entry.ts";
import { createEpochTables } from "./epoch-tables.ts";
import { ImportLine } from "./import-line.ts";
import { openState } from "./open.ts";
import type { ChainOptions } from "./options.ts";
import { prepareKnownFor } from "./stored-transactions.ts";
import { type PlacePage, TransactionIndex, type TransactionPlace } from "./transaction-index.ts";
import { createTrustedPath, type TrustedPath } from "./trusted-path.ts";
import { type ChainLedger, WorkingState } from "./working-state.ts";

export interface ChainParts {
  readonly spec: ChainSpec;
  readonly chainId: Hash;
  readonly store: Store;
  readonly createLedger: () => ChainLedger;
  readonly prepare: PrepareTransactions;
  /** What the operator trusts. */
  readonly checkpoint?: TrustedBlock | null;
  readonly events: Bus<NodeEvents>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** A block that lacks nothing but its seal. */
export interface UnsealedBlock {
  readonly header: Omit<Header, "seal">;
  readonly body: Body;
  readonly transactions: readonly PreparedTransaction[];
  readonly job: SealJob;
  readonly expiresMs: number;
}

export type DraftResult =
  | { readonly kind: "draft"; readonly block: UnsealedBlock }
  | { readonly kind: "later"; readonly atMs: number }
  | { readonly kind: "never"; readonly why: string };

/** Who signs blocks and votes: the key, and the onion that goes with it. */
export interface Signer {
  readonly key: Key;
  /** The layer under a tip of our onion; null when the tip is none of ours or the onion is used up. */
  reveal(tip: Hash): Hash | null;
}

export interface Producer {
  readonly me: Signer;
  /** Who is credited. */
  readonly address: Address;
}

export interface Chain {
  readonly spec: ChainSpec;
  readonly chainId: Hash;
  readonly genesisId: BlockId;
  readonly engine: Engine;
  /** Committed and announced. */
  readonly head: BlockEntry;
  readonly finalizedHeight: number;
  /** The highest block that was ever final here. */
  readonly finalized: TrustedBlock;
  /** Why the node must not be relied on any more: what was final has been contradicted. */
  readonly violation: string | null;
  /** What the operator vouches for, and the way there. */
  readonly trusted: TrustedPath;
  /** Why no block with this height and id will ever be followed here; null when nothing speaks against it. */
  fence(height: number, id: BlockId): Fault | null;
  readonly orphanCount: number;
  /**
   * Transactions of blocks that the last move before the start took off the chain, oldest first: nobody may have
   * written them down elsewhere yet.
   */
  orphanedTransactions(): readonly PreparedTransaction[];
  /** Id of a heavier branch that waits for the operator's word. */
  readonly deepBranch: BlockId | null;

  import(candidates: readonly Candidate[]): Promise<readonly ImportResult[]>;
  /** What a relay may know of a header before its body is there: the gate, and the parent's rules when it is known. */
  checkHeader(header: Header): { readonly parsed: Result<Parsed, Fault>; readonly onParent: Verdict | null };
  /** One verdict each; all false on a chain without votes. */
  checkVoteSignatures(votes: readonly Vote[]): readonly boolean[];
  /** A block on the working head; the state is as before. */
  draft(producer: Producer, candidates: Iterable<PreparedTransaction>, votes?: Iterable<Vote>): DraftResult;
  /** Follows the deep branch. @returns the fault of its first bad block, if it has one */
  acceptDeepBranch(id: BlockId): Promise<Result<void, Fault>>;

  block(id: BlockId): BlockEntry | null;
  blockAt(height: number): BlockEntry | null;
  isOnChain(entry: BlockEntry): boolean;
  body(entry: BlockEntry): Body;
  bodyBytes(entry: BlockEntry): Uint8Array;
  transactions(entry: BlockEntry): readonly PreparedTransaction[];
  /** What the block gave, and to whom. */
  credits(entry: BlockEntry): readonly Credit[];

  findTransaction(id: TransactionId): TransactionPlace | null;
  /** Newest first. */
  accountTransactions(address: Address, page: PlacePage): readonly TransactionPlace[];
  /** Newest first. */
  records(page: PlacePage): readonly TransactionPlace[];

  account(address: Address): Account | null;
  maturing(address: Address): readonly Maturing[];
  supply(): Supply;
  /** As of the head; null on a chain without bonds. */
  stake(): StakeView | null;
  /** Why the present state refuses what a transaction asks of bonds, its sender's nonce and balance aside. */
  refusal(item: PreparedTransaction): Fault | null;
  /** Under the state root of a head that is committed: a proof must not be ahead of the block it is served with. */
  proveAccount(address: Address): Promise<{ readonly proof: StateProof; readonly head: BlockEntry }>;
  stateStats(): ReturnType<ChainLedger["stats"]>;
  stop(): Promise<void>;
}

/** @throws OperationError when the store cannot be read or does not add up */
export async function openChain(options: ChainOptions, given: ChainParts): Promise<Chain> {
  const { store, spec, chainId } = given;
  const tables = createEpochTables(store);
  const engine = engineFor(spec, chainId, tables);
  const parts = { ...given, engine };
  const blocks = createBlockStore(store, engine, prepareKnownFor(chainId));
  const opened = await openState({ ...parts, blocks });
  const checkpoint = parts.checkpoint ?? null;
  assertAgrees(blocks, opened.head, checkpoint);
  const trusted = createTrustedPath(checkpoint, opened.head.header.height);
  const votes = engine.voting === null ? null : createVoteSignatures(chainId);
  const index = new TransactionIndex(store, blocks);
  await index.recover(opened.nextSeq);
  const working = new WorkingState(opened.ledger, opened.head, {
    engine,
    store,
    blocks,
    index,
    tables,
  });
  const line = new ImportLine(options, opened, { ...parts, blocks, working, index, votes, trusted });
  const { isOnChain } = blocks;

  return {
    spec,
    chainId,
    genesisId: opened.genesisId,
    engine,
    get head() {
      return line.head;
    },
    get finalizedHeight() {
      return line.finalizedHeight;
    },
    get finalized() {
      return line.finalized;
    },
    get violation() {
      return line.violation;
    },
    trusted,
    fence: (height, id) => checkFence(height, id, line),
    get orphanCount() {
      return line.orphanCount;
    },
    get deepBranch() {
      return line.deepBranch?.id ?? null;
    },
    orphanedTransactions: () => opened.orphaned.toReversed().flatMap((entry) => blocks.transactions(entry)),
    import: (candidates) => line.import(candidates),
    checkHeader(header) {
      const parsed = checkHeaderGate(engine, header, line);
      const parent = parsed.ok ? blocks.get(header.parent) : null;
      const onParent =
        parsed.ok && parent !== null ? engine.checkOnParent(parsed.value, parent.snapshot, parts.clock.nowMs()) : null;
      return { parsed, onParent };
    },
    checkVoteSignatures: (list) => votes?.check(list) ?? list.map(() => false),
    draft: (producer, candidates, pool = []) => createDraft(parts, working, producer, { candidates, votes: pool }),
    acceptDeepBranch: (id) => acceptDeepBranch(id, { ...parts, blocks, working, line }),

    block: (id) => blocks.get(id),
    blockAt: (height) => blocks.atHeight(height),
    isOnChain,
    body: (entry) => blocks.body(entry),
    bodyBytes: (entry) => blocks.bodyBytes(entry),
    transactions: (entry) => blocks.transactions(entry),
    credits: (entry) => creditsOf({ engine, blocks, working }, entry),

    findTransaction: (id) => index.find(id, isOnChain),
    accountTransactions: (address, page) => index.ofAccount(address, page, isOnChain),
    records: (page) => index.records(page, isOnChain),

    account: (address) => working.ledger.account(address),
    maturing: (address) => working.ledger.maturing(address),
    supply: () => working.ledger.supply(),
    stake: () => working.ledger.stake,
    refusal: (item) => working.ledger.refusal(item),
    proveAccount: (address) =>
      line.exclusively(() => ({ proof: working.ledger.prove("account", address), head: line.head })),
    stateStats: () => working.ledger.stats(),
    async stop() {
      line.stop();
      await line.exclusively(() => {});
    },
  };
}

function createDraft(
  { engine, chainId, clock }: ChainParts & { readonly engine: Engine },
  working: WorkingState,
  { me: signer, address }: Producer,
  offered: { readonly candidates: Iterable<PreparedTransaction>; readonly votes: Iterable<Vote> },
): DraftResult {
  const parent = working.head.snapshot;
  const nowMs = clock.nowMs();
  const me = meOn(working.ledger, signer);
  const turn = engine.turn(parent, me, nowMs);
  if (turn.kind !== "now") return turn;
  const claim = engine.encodeClaim(turn.claim);
  const timeMs = Math.min(Math.max(nowMs, turn.minTimeMs), turn.maxTimeMs);
  const draft = { height: parent.height + 1, parent: parent.id, timeMs, proposer: address, claim };
  const rewards = (feesAtoms: bigint): readonly Credit[] => engine.rewards(draft, parent, feesAtoms);
  const votes = chooseVotes(engine, working.ledger, offered.votes, timeMs, parent);
  const { transactions, stateRoot } = working.ledger.draft({
    ...draft,
    votes,
    orders: engine.orders(draft, parent),
    rewards,
    candidates: offered.candidates,
  });
  const body: Body = { transactions: transactions.map((item) => item.bytes), votes };
  const ids = transactions.map((item) => item.id);
  const header = { version: HEADER_VERSION, ...draft, bodyRoot: computeBodyRoot(ids, body.votes), stateRoot };
  const job = engine.sealJob(draft, sealHash(chainId, header), turn.claim);
  return { kind: "draft", block: { header, body, transactions, job, expiresMs: turn.expiresMs } };
}

/** Those that count, without any that the ledger would refuse: there are few of these, so that few are asked about. */
function chooseVotes(
  { voting, lottery }: Engine,
  { stake }: ChainLedger,
  offered: Iterable<Vote>,
  timeMs: number,
  parent: Snapshot,
): readonly Vote[] {
  if (voting === null || lottery === null || stake === null) return [];
  const epoch = lottery.epochOf(lottery.slotAt(timeMs));
  const barred = new Set<Vote>();
  let votes = [...offered];
  for (;;) {
    const chosen = voting.choose(votes, timeMs, parent);
    for (const vote of chosen) if (!stake.mayVote(vote.key, epoch)) barred.add(vote);
    if (!chosen.some((vote) => barred.has(vote))) return chosen;
    votes = votes.filter((vote) => !barred.has(vote));
  }
}

/** The signer as the engine sees it: its onion's tip lies in the state of the parent. */
function meOn(ledger: ChainLedger, { key, reveal }: Signer): Me {
  return {
    key,
    reveal(epoch) {
      const tip = ledger.stake?.onionTip(key, epoch) ?? null;
      return tip === null ? null : reveal(tip);
    },
  };
}

/**
 * What the engine gives, before it what the ledger divides by itself: the latter stands in the block's changes alone,
 * and is not told any more once these are pruned.
 */
function creditsOf(
  { engine, blocks, working }: { readonly engine: Engine; readonly blocks: BlockStore; readonly working: WorkingState },
  entry: BlockEntry,
): readonly Credit[] {
  if (entry.header.height === 0) return [];
  const parent = blocks.get(entry.header.parent);
  if (parent === null) throw new InvariantError(`the parent of block ${toHex(entry.id)} is missing`);
  let feesAtoms = 0n;
  for (const item of blocks.transactions(entry)) feesAtoms += item.transaction.feeAtoms;
  const own = engine.rewards(entry.header, parent.snapshot, feesAtoms);
  if (working.ledger.stake === null || entry.status !== "executed" || !working.canUndo(entry)) return own;
  const pooled = own.filter(({ reason }) => reason === "voter-pool");
  return [...creditsIn(working.changesOf(entry), entry.header.height), ...pooled];
}

/** @throws OperationError `checkpoint-contradicted` when what is stored is another chain than the trusted one */
function assertAgrees(blocks: BlockStore, head: BlockEntry, checkpoint: TrustedBlock | null): void {
  if (checkpoint === null || head.header.height < checkpoint.height) return;
  const own = blocks.atHeight(checkpoint.height);
  if (own !== null && equalBytes(own.id, checkpoint.id)) return;
  throw new OperationError(
    "checkpoint-contradicted",
    `the checkpoint wants block ${toHex(checkpoint.id)} at height ${checkpoint.height}, and the chain stored here has ${own === null ? "none" : toHex(own.id)}. Check the checkpoint with somebody you trust; if it is right, start with an empty data directory.`,
  );
}

/** A sealed block, ready for the import line. */
export function sealBlock(unsealed: UnsealedBlock, seal: Uint8Array): Block {
  return { header: { ...unsealed.header, seal }, body: unsealed.body };
}
