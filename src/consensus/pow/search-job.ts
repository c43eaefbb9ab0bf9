/** From a draft to bytes that a miner can search, and from the nonce found to the seal. */
import { type Hash, writeUint } from "#base";
import type { Draft, SearchJob } from "../engine.ts";
import { BASE_VERSION } from "./seal.ts";
import { secondsOf } from "./target-rule.ts";
import { EXTRANONCE_BYTES } from "./work-header.ts";
import { coinbasePieces, createPartsJob } from "./work-parts.ts";

const EXTRANONCE2_AT = 8;

/** Each round goes into extranonce2 and is another 2^32 nonces. */
export function createSearchJob(draft: Draft, sealHash: Hash, bits: number): SearchJob {
  const minTimeS = secondsOf(draft.timeMs);
  const pieces = coinbasePieces(draft.height, sealHash);
  return createPartsJob({ version: BASE_VERSION, parent: draft.parent, minTimeS, bits, ...pieces }, (round) => {
    const extranonce = new Uint8Array(EXTRANONCE_BYTES);
    writeUint(extranonce, EXTRANONCE2_AT, 8, BigInt(round));
    return extranonce;
  });
}
