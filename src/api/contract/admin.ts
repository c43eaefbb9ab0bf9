/** Orders to a node; each needs the token. */
import { type Static, Type } from "typebox";
import { AddressText, BlockReference, HashHex } from "./primitives.ts";

export const MineRequest = Type.Object(
  {
    blocks: Type.Integer({ minimum: 1, maximum: 1000 }),
    address: Type.Optional(AddressText),
  },
  { title: "MineRequest", additionalProperties: false },
);
export type MineRequest = Static<typeof MineRequest>;

export const MineResult = Type.Object({ blocks: Type.Array(BlockReference) }, { title: "MineResult" });
export type MineResult = Static<typeof MineResult>;

export const ShutdownResult = Type.Object({ stopping: Type.Literal(true) }, { title: "ShutdownResult" });
export type ShutdownResult = Static<typeof ShutdownResult>;

export const AcceptRequest = Type.Object(
  { id: HashHex },
  {
    title: "AcceptRequest",
    description: "the tip of a heavier branch that waits, as the notice names it",
    additionalProperties: false,
  },
);
export type AcceptRequest = Static<typeof AcceptRequest>;

export const AcceptResult = Type.Object({ head: BlockReference }, { title: "AcceptResult" });
export type AcceptResult = Static<typeof AcceptResult>;
