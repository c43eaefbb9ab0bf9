/** The scalar forms of the wire: amounts are decimal strings of atoms, bytes are lower-case hex, times are milliseconds. */
import { type Static, Type } from "typebox";

/** 1 coin = 10^8 atoms; a string because 2^53 atoms are not enough. */
export const Atoms = Type.String({
  pattern: "^(0|[1-9][0-9]{0,19})$",
  description: "atoms as a decimal string; 1 coin = 100000000 atoms",
});
export type Atoms = Static<typeof Atoms>;

export const HashHex = Type.String({ pattern: "^[0-9a-f]{64}$", description: "32 bytes in lower-case hex" });
export type HashHex = Static<typeof HashHex>;

export const KeyHex = Type.String({
  pattern: "^[0-9a-f]{64}$",
  description: "an Ed25519 public key in lower-case hex",
});
export type KeyHex = Static<typeof KeyHex>;

export const SignatureHex = Type.String({
  pattern: "^[0-9a-f]{128}$",
  description: "an Ed25519 signature in lower-case hex",
});
export type SignatureHex = Static<typeof SignatureHex>;

export const BytesHex = Type.String({ pattern: "^([0-9a-f]{2})*$", description: "bytes in lower-case hex" });
export type BytesHex = Static<typeof BytesHex>;

/** Whether prefix and checksum are right is checked when it is decoded. */
export const AddressText = Type.String({
  pattern: "^[a-z]{1,16}1[02-9ac-hj-np-z]{38}$",
  description: "an address in bech32m, prefix agon, or tagon on test and dev chains",
});
export type AddressText = Static<typeof AddressText>;

export const Height = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description: "genesis is 0" });
export type Height = Static<typeof Height>;

export const TimeMs = Type.Integer({ minimum: 0, description: "milliseconds since 1970-01-01 UTC" });
export type TimeMs = Static<typeof TimeMs>;

export const Count = Type.Integer({ minimum: 0 });
export type Count = Static<typeof Count>;

/** A position in the chain's history: the head that resulted from an event. */
export const Cursor = Type.String({
  pattern: "^(0|[1-9][0-9]{0,15}):[0-9a-f]{64}$",
  description: "<height>:<block id>, the head that resulted from an event",
});
export type Cursor = Static<typeof Cursor>;

export const BlockReference = Type.Object({ height: Height, hash: HashHex }, { title: "BlockReference" });
export type BlockReference = Static<typeof BlockReference>;

export function formatCursor(block: BlockReference): Cursor {
  return `${block.height}:${block.hash}`;
}

/** @returns null when the text is no cursor */
export function parseCursor(text: string): BlockReference | null {
  const match = /^(0|[1-9][0-9]{0,15}):([0-9a-f]{64})$/.exec(text);
  return match === null ? null : { height: Number(match[1]), hash: match[2]! };
}
