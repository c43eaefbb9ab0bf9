/**
 * News. Chain events carry the cursor of the head that results from them, and a reader who comes back with its last cursor
 * gets what it missed: reverts newest first, then applies oldest first. Live news has no cursor and is not repeated.
 */
import { type Static, Type } from "typebox";
import { BlockSummary } from "./block.ts";
import { BlockReference, Cursor, HashHex } from "./primitives.ts";
import { MempoolSummary } from "./status.ts";
import { Transaction } from "./transaction.ts";

export const BlockApplied = Type.Object(
  { type: Type.Literal("block-applied"), cursor: Cursor, block: BlockSummary },
  { title: "BlockApplied" },
);
export type BlockApplied = Static<typeof BlockApplied>;

/** The cursor is the parent's: the head after the block was taken back. */
export const BlockReverted = Type.Object(
  { type: Type.Literal("block-reverted"), cursor: Cursor, block: BlockSummary },
  { title: "BlockReverted" },
);
export type BlockReverted = Static<typeof BlockReverted>;

/** The given cursor is not known here: forget all and begin with `head`. */
export const Reset = Type.Object(
  { type: Type.Literal("reset"), cursor: Cursor, head: BlockReference, message: Type.String() },
  { title: "Reset" },
);
export type Reset = Static<typeof Reset>;

export const ChainEvent = Type.Union([BlockApplied, BlockReverted, Reset], { title: "ChainEvent" });
export type ChainEvent = Static<typeof ChainEvent>;

export const TransactionAdded = Type.Object(
  { type: Type.Literal("transaction-added"), transaction: Transaction },
  { title: "TransactionAdded" },
);
export type TransactionAdded = Static<typeof TransactionAdded>;

/** Inclusion in a block is not a drop. Of additions and drops at most 50 a second are told one by one. */
export const TransactionDropped = Type.Object(
  { type: Type.Literal("transaction-dropped"), id: HashHex, reason: Type.String() },
  { title: "TransactionDropped" },
);
export type TransactionDropped = Static<typeof TransactionDropped>;

/** At most once a second. */
export const MempoolChanged = Type.Object(
  { type: Type.Literal("mempool-changed"), mempool: MempoolSummary },
  { title: "MempoolChanged" },
);
export type MempoolChanged = Static<typeof MempoolChanged>;

export const PeerConnected = Type.Object(
  {
    type: Type.Literal("peer-connected"),
    peerId: Type.String(),
    address: Type.String(),
    direction: Type.Union([Type.Literal("inbound"), Type.Literal("outbound")]),
  },
  { title: "PeerConnected" },
);
export type PeerConnected = Static<typeof PeerConnected>;

export const PeerDisconnected = Type.Object(
  { type: Type.Literal("peer-disconnected"), peerId: Type.String() },
  { title: "PeerDisconnected" },
);
export type PeerDisconnected = Static<typeof PeerDisconnected>;

export const LiveEvent = Type.Union(
  [TransactionAdded, TransactionDropped, MempoolChanged, PeerConnected, PeerDisconnected],
  { title: "LiveEvent" },
);
export type LiveEvent = Static<typeof LiveEvent>;
