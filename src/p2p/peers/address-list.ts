/** Bytes of peer exchange: a count, then each address as a 16-bit little-endian length and ASCII text. */

import { concatBytes, fromUtf8, utf8 } from "#base";

export const MAX_ADDRESSES = 64;
export const MAX_ADDRESS_BYTES = 256;

export interface PeersRequest {
  /** How many addresses are wanted, at most 64. */
  readonly wanted: number;
  /** Where the asking node can be reached itself, at most 4. */
  readonly own: readonly string[];
}

export function encodeAddresses(addresses: readonly string[]): Uint8Array {
  const parts: Uint8Array[] = [Uint8Array.of(addresses.length)];
  for (const address of addresses) {
    const text = utf8(address);
    parts.push(Uint8Array.of(text.length & 0xff, text.length >> 8), text);
  }
  return concatBytes(...parts);
}

/** @returns null for more than `maxCount`, an over-long or non-UTF-8 address, missing or surplus bytes */
export function decodeAddresses(bytes: Uint8Array, maxCount: number): string[] | null {
  const count = bytes[0];
  if (count === undefined || count > maxCount) return null;
  const out: string[] = [];
  let at = 1;
  for (let i = 0; i < count; i++) {
    if (at + 2 > bytes.length) return null;
    const length = bytes[at]! | (bytes[at + 1]! << 8);
    at += 2;
    if (length > MAX_ADDRESS_BYTES || at + length > bytes.length) return null;
    const text = fromUtf8(bytes.subarray(at, at + length));
    if (text === null) return null;
    out.push(text);
    at += length;
  }
  return at === bytes.length ? out : null;
}

const MAX_OWN = 4;

export function encodePeersRequest(request: PeersRequest): Uint8Array {
  return concatBytes(Uint8Array.of(request.wanted), encodeAddresses(request.own.slice(0, MAX_OWN)));
}

export function decodePeersRequest(bytes: Uint8Array): PeersRequest | null {
  const wanted = bytes[0];
  if (wanted === undefined || wanted > MAX_ADDRESSES) return null;
  const own = decodeAddresses(bytes.subarray(1), MAX_OWN);
  return own === null ? null : { wanted, own };
}
