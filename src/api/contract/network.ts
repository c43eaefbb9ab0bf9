/** What is on its way: pending transactions and peers. */
import { type Static, Type } from "typebox";
import { TransactionPage } from "./block.ts";
import { BlockReference, Count, TimeMs } from "./primitives.ts";
import { MempoolSummary } from "./status.ts";

export const FeeBucket = Type.Object(
  {
    minRate: Type.Number({ description: "atoms a byte, inclusive" }),
    maxRate: Type.Union([Type.Number(), Type.Null()], { description: "exclusive; null: no upper bound" }),
    count: Count,
    bytes: Count,
  },
  { title: "FeeBucket" },
);
export type FeeBucket = Static<typeof FeeBucket>;

/** `transactions` come in the order in which they would be taken into a block. */
export const Mempool = Type.Intersect(
  [MempoolSummary, Type.Object({ fees: Type.Array(FeeBucket), transactions: TransactionPage })],
  { title: "Mempool" },
);
export type Mempool = Static<typeof Mempool>;

export const Peer = Type.Object(
  {
    peerId: Type.String(),
    address: Type.String({ description: "the multiaddr of the connection" }),
    direction: Type.Union([Type.Literal("inbound"), Type.Literal("outbound")]),
    agent: Type.String(),
    head: Type.Union([BlockReference, Type.Null()]),
    latencyMs: Type.Union([Type.Number(), Type.Null()]),
    score: Type.Number(),
    connectedMs: TimeMs,
  },
  { title: "Peer" },
);
export type Peer = Static<typeof Peer>;

export const Ban = Type.Object({ peerId: Type.String(), reason: Type.String(), untilMs: TimeMs }, { title: "Ban" });
export type Ban = Static<typeof Ban>;

export const Peers = Type.Object(
  {
    peerId: Type.String({ description: "our own" }),
    addresses: Type.Array(Type.String(), { description: "where we listen" }),
    peers: Type.Array(Peer),
    known: Type.Integer({ minimum: 0, description: "entries of the peer book" }),
    bans: Type.Array(Ban),
  },
  { title: "Peers" },
);
export type Peers = Static<typeof Peers>;
