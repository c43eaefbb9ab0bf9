/** What a node says about itself: chain, head, health. */
import { type Static, Type } from "typebox";
import { Atoms, BlockReference, Count, HashHex, Height, TimeMs } from "./primitives.ts";

/** The numbers of the chain's specification that a wallet or a page needs. */
export const ChainInfo = Type.Object(
  {
    id: HashHex,
    name: Type.String(),
    engine: Type.String({ description: "`pow`, `pos` or `pop`" }),
    addressPrefix: Type.String(),
    genesis: HashHex,
    spacingMs: Count,
    maturityBlocks: Count,
    maxBlockBytes: Count,
    maxRecordBytes: Count,
    minFeePerByte: Atoms,
    recordBurnPerByte: Atoms,
    accountBurn: Atoms,
    minOutput: Atoms,
  },
  { title: "ChainInfo" },
);
export type ChainInfo = Static<typeof ChainInfo>;

export const Head = Type.Object(
  {
    height: Height,
    hash: HashHex,
    timeMs: TimeMs,
    weight: Type.String({ pattern: "^[0-9]+$" }),
    stateRoot: HashHex,
  },
  { title: "Head" },
);
export type Head = Static<typeof Head>;

export const MempoolSummary = Type.Object(
  {
    count: Count,
    bytes: Count,
    minFeeRate: Type.Number({ description: "atoms a byte that get in now" }),
  },
  { title: "MempoolSummary" },
);
export type MempoolSummary = Static<typeof MempoolSummary>;

export const Status = Type.Object(
  {
    chain: ChainInfo,
    node: Type.Object({ peerId: Type.String(), agent: Type.String() }),
    head: Head,
    finalized: BlockReference,
    peers: Count,
    mempool: MempoolSummary,
    syncing: Type.Boolean(),
    version: Type.String(),
    readOnly: Type.Optional(Type.String({ description: "why nothing is written, in words; absent when all is well" })),
    notices: Type.Array(Type.String()),
    features: Type.Array(Type.String(), {
      description:
        "what this chain has besides blocks: `mining` where they are searched, `validators` where they are drawn",
    }),
    mining: Type.Object({
      enabled: Type.Boolean(),
      hashRate: Type.Number({ description: "hashes a second, 0 when it does not mine" }),
    }),
    obstacle: Type.Union([Type.String(), Type.Null()], {
      description: "why this node would not produce or vote at present, in words; null when nothing is in the way",
    }),
    startedMs: TimeMs,
    supply: Type.Object({ issued: Atoms, burned: Atoms }),
  },
  { title: "Status" },
);
export type Status = Static<typeof Status>;

export const HealthCheck = Type.Object(
  { name: Type.String(), ok: Type.Boolean(), message: Type.Optional(Type.String()) },
  { title: "HealthCheck" },
);
export type HealthCheck = Static<typeof HealthCheck>;

/** Answered with 200 when `ok`, else with 503. */
export const HealthReport = Type.Object(
  { ok: Type.Boolean(), checks: Type.Array(HealthCheck) },
  { title: "HealthReport" },
);
export type HealthReport = Static<typeof HealthReport>;
