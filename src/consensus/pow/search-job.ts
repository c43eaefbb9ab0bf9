/** From a draft to bytes that a miner can search, and from the nonce found to the seal. */
import { type Hash, writeUint } from "#base";
import { sha256d } from "#crypto";
import type { Draft, SearchJob } from "../engine.ts";
import { BASE_VERSION, encodeSeal } from "./seal.ts";
import { secondsOf, targetOf } from "./target-rule.ts";
import { EXTRANONCE_BYTES, encodeCoinbase, encodeWorkHeader, NONCE_AT } from "./work-header.ts";

const EXTRANONCE2_AT = 8;

/** @param round goes into extranonce2; each round is another 2^32 nonces */
export function createSearchJob(draft: Draft, sealHash: Hash, bits: number, round = 0): SearchJob {
  const extranonce = new Uint8Array(EXTRANONCE_BYTES);
  writeUint(extranonce, EXTRANONCE2_AT, 8, BigInt(round));
  const timeS = secondsOf(draft.timeMs);
  const coinbaseHash = sha256d(encodeCoinbase(draft.height, sealHash, extranonce));
  const header = { version: BASE_VERSION, parent: draft.parent, coinbaseHash, timeS, bits, nonce: 0 };
  return {
    kind: "search",
    preimage: encodeWorkHeader(header),
    nonceAt: NONCE_AT,
    target: targetOf(bits),
    seal: (nonce) => encodeSeal({ version: BASE_VERSION, timeS, nonce, extranonce }),
    roll: (next) => createSearchJob(draft, sealHash, bits, next),
  };
}
