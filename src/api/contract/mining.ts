/** Work for miners outside the node: a template to search, and the seal that was found; both need the token. */
import { type Static, Type } from "typebox";
import { Work } from "./block.ts";
import { AddressText, Atoms, BytesHex, Count, HashHex, Height, TimeMs } from "./primitives.ts";

const Uint32Hex = Type.String({ pattern: "^[0-9a-f]{8}$", description: "a u32, most significant digit first" });
const TimeS = Type.Integer({ minimum: 0, description: "seconds since 1970-01-01 UTC" });

export const TemplateId = Type.String({ pattern: "^[0-9a-f]{32}$", description: "of a template of this node" });
export type TemplateId = Static<typeof TemplateId>;

/** Of a block that travels with its template: larger ones are not worth their way at each renewal. */
export const MAX_CARRIED_BYTES = 262_144;
/** Long texts are checked by a pattern without groups. */
const CarriedHex = Type.String({
  ...{ pattern: "^[0-9a-f]*$", maxLength: 2 * MAX_CARRIED_BYTES },
  description: "the block (BLOCK-8) without its seal, in lower-case hex",
});

export const MiningTemplateRequest = Type.Object(
  {
    address: AddressText,
    block: Type.Optional(
      Type.Boolean({ description: "the block itself is wanted too, to be given back with its seal" }),
    ),
  },
  { title: "MiningTemplateRequest", description: "who is credited", additionalProperties: false },
);
export type MiningTemplateRequest = Static<typeof MiningTemplateRequest>;

/**
 * All that the 80 bytes are made of (POW-4, POW-5). It is stale as soon as the head is another block than `parent`.
 * Any number of miners may search one template, each with extranonces of its own.
 */
export const MiningTemplate = Type.Object(
  {
    template: TemplateId,
    height: Height,
    parent: HashHex,
    sealHash: HashHex,
    timeMs: TimeMs,
    version: Uint32Hex,
    versionMask: Type.String({
      pattern: "^[0-9a-f]{8}$",
      description: "the bits of the version that a miner may change",
    }),
    minTimeS: TimeS,
    maxTimeS: TimeS,
    work: Work,
    coinbase: Type.Object({
      head: Type.String({ pattern: "^[0-9a-f]{170}$", description: "what stands before the extranonce" }),
      extranonceBytes: Count,
      tail: Type.String({ pattern: "^[0-9a-f]{38}$", description: "what stands after the extranonce" }),
    }),
    reward: Type.String({ pattern: "^[0-9]+$", description: "all that the address is credited, fees included, atoms" }),
    fees: Atoms,
    transactionCount: Count,
    expiresMs: TimeMs,
    block: Type.Optional(CarriedHex),
  },
  { title: "MiningTemplate" },
);
export type MiningTemplate = Static<typeof MiningTemplate>;

export const MinedBlock = Type.Object(
  { template: TemplateId, seal: BytesHex, block: Type.Optional(CarriedHex) },
  {
    title: "MinedBlock",
    description:
      "the seal: nVersion, nTime, nNonce, extranonce (POW-2); with the block, the node need not know the template",
    additionalProperties: false,
  },
);
export type MinedBlock = Static<typeof MinedBlock>;

export const MinedBlockResult = Type.Object(
  {
    result: Type.Union(
      [Type.Literal("imported"), Type.Literal("stored"), Type.Literal("known"), Type.Literal("waiting")],
      { description: "`imported`: on the chain; `stored`: valid, but another block leads; `known`: given before" },
    ),
    height: Height,
    hash: HashHex,
  },
  { title: "MinedBlockResult" },
);
export type MinedBlockResult = Static<typeof MinedBlockResult>;
