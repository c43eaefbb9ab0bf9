/** Addresses: from keys, to text and back (rules KEY-2 and KEY-3). */
import { bech32m } from "@scure/base";
import {
  type Address,
  asAddress,
  blameSender,
  concatBytes,
  err,
  type Fault,
  type Key,
  ok,
  type Result,
  utf8,
} from "#base";
import { sha256 } from "#crypto/platform";

export const ADDRESS_BYTES = 20;

const TAG = utf8("agon/address/v1");

/** SHA-256('agon/address/v1' ‖ key)[0..20] */
export function addressOf(key: Key): Address {
  return asAddress(sha256(concatBytes(TAG, key)).slice(0, ADDRESS_BYTES));
}

/** @param prefix of the chain: `agon` on the main chain, `tagon` on others */
export function formatAddress(address: Address, prefix: string): string {
  return bech32m.encodeFromBytes(prefix, address);
}

/**
 * Reads bech32m, in lower or upper case but not in both.
 * @returns `address-malformed`, or `address-wrong-network` when it is an address under another prefix
 */
export function parseAddress(text: string, prefix: string): Result<Address, Fault> {
  const decoded = decode(text);
  if (decoded === null || decoded.bytes.length !== ADDRESS_BYTES) return err(blameSender("address-malformed"));
  if (decoded.prefix !== prefix)
    return err(blameSender("address-wrong-network", { prefix: decoded.prefix, expected: prefix }));
  return ok(asAddress(decoded.bytes));
}

function decode(text: string): { readonly prefix: string; readonly bytes: Uint8Array } | null {
  try {
    return bech32m.decodeToBytes(text);
  } catch {
    return null;
  }
}
