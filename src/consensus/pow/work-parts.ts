/** The pieces that a search is made of, for miners who put their own extranonce between them (rules POW-4, POW-5, POW-13). */
import { asHash, concatBytes, type Hash } from "#base";
import { sha256d } from "#crypto";
import type { SearchJob } from "../engine.ts";
import { encodeSeal, FREE_VERSION_BITS, TIME_ROLL_S } from "./seal.ts";
import { targetOf } from "./target-rule.ts";
import { COINBASE_EXTRANONCE_AT, EXTRANONCE_BYTES, encodeCoinbase, encodeWorkHeader, NONCE_AT } from "./work-header.ts";

export interface WorkParts {
  /** Without any free bit. */
  readonly version: number;
  readonly freeVersionBits: number;
  readonly parent: Hash;
  /** What the 80 bytes may say, seconds since 1970, both inclusive. */
  readonly minTimeS: number;
  readonly maxTimeS: number;
  readonly bits: number;
  readonly coinbaseHead: Uint8Array;
  readonly extranonceBytes: number;
  readonly coinbaseTail: Uint8Array;
}

/** Of a search whose block has this height and seal hash. */
export function workPartsOf(job: SearchJob, height: number, sealHash: Hash): WorkParts {
  const view = new DataView(job.preimage.buffer, job.preimage.byteOffset, job.preimage.length);
  const minTimeS = view.getUint32(68, true);
  return {
    version: view.getUint32(0, true),
    freeVersionBits: FREE_VERSION_BITS,
    parent: asHash(job.preimage.slice(4, 36)),
    minTimeS,
    maxTimeS: minTimeS + TIME_ROLL_S,
    bits: view.getUint32(72, true),
    extranonceBytes: EXTRANONCE_BYTES,
    ...coinbasePieces(height, sealHash),
  };
}

/** What stands before and after the extranonce. */
export function coinbasePieces(height: number, sealHash: Hash): Pick<WorkParts, "coinbaseHead" | "coinbaseTail"> {
  const coinbase = encodeCoinbase(height, sealHash, new Uint8Array(EXTRANONCE_BYTES));
  return {
    coinbaseHead: coinbase.slice(0, COINBASE_EXTRANONCE_AT),
    coinbaseTail: coinbase.slice(COINBASE_EXTRANONCE_AT + EXTRANONCE_BYTES),
  };
}

/**
 * A search of one's own over such pieces.
 * @param extranonceOf another one for each round of 2^32 nonces, and not used by anybody else
 */
export function createPartsJob(
  parts: Pick<WorkParts, "version" | "parent" | "minTimeS" | "bits" | "coinbaseHead" | "coinbaseTail">,
  extranonceOf: (round: number) => Uint8Array,
  round = 0,
): SearchJob {
  const { version, parent, minTimeS: timeS, bits, coinbaseHead, coinbaseTail } = parts;
  const extranonce = extranonceOf(round);
  const coinbaseHash = asHash(sha256d(concatBytes(coinbaseHead, extranonce, coinbaseTail)));
  return {
    kind: "search",
    preimage: encodeWorkHeader({ version, parent, coinbaseHash, timeS, bits, nonce: 0 }),
    nonceAt: NONCE_AT,
    target: targetOf(bits),
    seal: (nonce) => encodeSeal({ version, timeS, nonce, extranonce }),
    roll: (next) => createPartsJob(parts, extranonceOf, next),
  };
}
