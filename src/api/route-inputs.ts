/** What routes take from path and query, and how it is read. */

import { Type } from "typebox";
import { invalid, notFound, Refusal } from "#api/server";
import { type Address, asHash, fromHex, type Hash } from "#base";
import { parseAddress } from "#crypto";
import { describeFault } from "./fault-words.ts";
import type { BlockRecord, ChainView } from "./ports.ts";

const MAX_PAGE = 100;

export const BlockPath = Type.Object({
  heightOrHash: Type.String({ description: "a height on the chain, a block id on any branch, or `head`" }),
});
export const IdPath = Type.Object({ id: Type.String({ description: "a transaction id, 64 hex digits" }) });
export const AddressPath = Type.Object({ address: Type.String({ description: "bech32m" }) });

export const Limit = Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_PAGE, default: 20 }));
export const Offset = Type.Optional(Type.Integer({ minimum: 0, maximum: 10_000_000, default: 0 }));
export const PageQuery = Type.Object({ offset: Offset, limit: Limit }, { additionalProperties: false });
export const DEFAULT_LIMIT = 20;

/** @throws Refusal 404 for a block that is not here, 400 for what names none */
export async function findBlock(chain: ChainView, heightOrHash: string): Promise<BlockRecord> {
  if (heightOrHash === "head") return chain.head();
  let found: BlockRecord | null;
  if (/^\d{1,15}$/.test(heightOrHash)) found = await chain.blockAt(Number(heightOrHash));
  else found = await chain.block(readHash(heightOrHash, "a block is named by its height or its id, 64 hex digits"));
  if (found === null) throw notFound(`there is no block ${heightOrHash} here`);
  return found;
}

/** @throws Refusal 400 */
export function readHash(text: string, otherwise: string): Hash {
  const bytes = text.length === 64 ? fromHex(text) : null;
  if (bytes === null) throw invalid(otherwise);
  return asHash(bytes);
}

/** @throws Refusal 400 */
export function readAddress(text: string, prefix: string): Address {
  const address = parseAddress(text, prefix);
  if (address.ok) return address.value;
  const { code, message, details } = describeFault(address.error);
  throw new Refusal(400, code, message, details);
}
