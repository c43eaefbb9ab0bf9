/** Blocks: a line of a list, and the whole with one page of its transactions. */
import { type Static, Type } from "typebox";
import { AddressText, Atoms, BytesHex, Count, HashHex, Height, KeyHex, TimeMs } from "./primitives.ts";
import { Transaction } from "./transaction.ts";

const summary = {
  height: Height,
  hash: HashHex,
  parent: HashHex,
  timeMs: TimeMs,
  proposer: AddressText,
  transactionCount: Count,
  sizeBytes: Count,
  fees: Atoms,
  reward: Type.String({ pattern: "^[0-9]+$", description: "sum of the block's credits, atoms" }),
};

export const BlockSummary = Type.Object(summary, { title: "BlockSummary" });
export type BlockSummary = Static<typeof BlockSummary>;

export const Credit = Type.Object(
  {
    to: AddressText,
    amount: Atoms,
    reason: Type.String({
      description:
        "`block-reward`, `fees`; where blocks are drawn also `voter-pool`, `vote-reward`, `report`, `unbonded`",
    }),
    spendableAtHeight: Type.Union([Height, Type.Null()], {
      description: "null for the voters' pool, which is divided when the epoch ends",
    }),
  },
  { title: "Credit" },
);
export type Credit = Static<typeof Credit>;

export const Work = Type.Object(
  {
    bits: Type.String({ pattern: "^[0-9a-f]{8}$", description: "the target in Bitcoin's compact form" }),
    target: HashHex,
    difficulty: Type.Number({ description: "expected hashes divided by those of difficulty 1 (2^32)" }),
    expectedHashes: Type.String({ pattern: "^[0-9]+$" }),
  },
  { title: "Work" },
);
export type Work = Static<typeof Work>;

/** Where a block stands that was drawn. */
export const Draw = Type.Object(
  {
    slot: Count,
    epoch: Count,
    isFirstOfEpoch: Type.Boolean(),
    leaderKey: KeyHex,
    leader: Type.Union([AddressText, Type.Null()], { description: "owner of the key; null when nobody has it now" }),
  },
  { title: "Draw" },
);
export type Draw = Static<typeof Draw>;

export const BlockVotes = Type.Object(
  {
    count: Count,
    items: Type.Array(
      Type.Object({
        voter: Type.Union([AddressText, Type.Null()], { description: "owner of the key; null when nobody has it now" }),
        key: KeyHex,
        sourceEpoch: Count,
        targetEpoch: Count,
        target: HashHex,
      }),
    ),
  },
  { title: "BlockVotes" },
);
export type BlockVotes = Static<typeof BlockVotes>;

export const TransactionPage = Type.Object(
  {
    items: Type.Array(Transaction),
    total: Count,
    nextOffset: Type.Union([Count, Type.Null()]),
  },
  { title: "TransactionPage" },
);
export type TransactionPage = Static<typeof TransactionPage>;

export const Block = Type.Object(
  {
    ...summary,
    version: Count,
    bodyRoot: HashHex,
    stateRoot: HashHex,
    claim: BytesHex,
    seal: BytesHex,
    weight: Type.String({ pattern: "^[0-9]+$", description: "of the branch up to this block" }),
    work: Type.Union([Work, Type.Null()]),
    draw: Type.Union([Draw, Type.Null()], { description: "null where blocks are searched, and of genesis" }),
    votes: Type.Union([BlockVotes, Type.Null()], { description: "null where nobody votes" }),
    credits: Type.Array(Credit),
    canonical: Type.Boolean({ description: "false on a stale branch" }),
    depth: Type.Union([Count, Type.Null()], { description: "blocks above it on the chain; null when stale" }),
    finalized: Type.Boolean(),
    next: Type.Union([HashHex, Type.Null()]),
    transactions: TransactionPage,
  },
  { title: "Block" },
);
export type Block = Static<typeof Block>;

/** Newest first; `nextFrom` is the `from` of the page below, null when genesis has been reached. */
export const BlockPage = Type.Object(
  { items: Type.Array(BlockSummary), nextFrom: Type.Union([Height, Type.Null()]) },
  { title: "BlockPage" },
);
export type BlockPage = Static<typeof BlockPage>;
