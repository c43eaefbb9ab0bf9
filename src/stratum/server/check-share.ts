/**
 * The one way from what a miner submits to a share (rules STRATUM-9 to STRATUM-12): strict hex, the 80 bytes built here, their
 * hash compared with the target, and the key by which the same work is the same share in whatever spelling it comes.
 */
import { err, type Hash, ok, type Result } from "#base";
import { COINBASE_EXTRANONCE_AT, encodeWorkHeader } from "#consensus";
import { sha256d } from "#crypto";
import { withinLimit } from "./difficulty.ts";
import { BASE_VERSION, EXTRANONCE1_BYTES, EXTRANONCE2_BYTES, type Job, SALT_BYTES } from "./job.ts";
import { type Refusal, refusal } from "./refusal.ts";

const EXTRANONCE1_AT = COINBASE_EXTRANONCE_AT + SALT_BYTES;
const EXTRANONCE2_AT = EXTRANONCE1_AT + EXTRANONCE1_BYTES;
const EXTRANONCE_END = EXTRANONCE2_AT + EXTRANONCE2_BYTES;
const HEX = /^[0-9a-fA-F]+$/;
const KEY_BYTES = 16;

/** What of a share is the connection's. */
export interface ShareTerms {
  readonly extranonce1: Uint8Array;
  /** Bits of the version that were agreed to be the miner's; 0 for none. */
  readonly versionMask: number;
  /** Greatest hash that counts, 32 bytes. */
  readonly limit: Uint8Array;
}

export interface CheckedShare {
  readonly header: Uint8Array;
  readonly hash: Hash;
  readonly extranonce: Uint8Array;
  readonly version: number;
  readonly timeS: number;
  readonly nonce: number;
  readonly isBlock: boolean;
  /** Equal for equal headers, and for no others: half of the hash. */
  readonly key: string;
}

/** @param fields extranonce2, ntime, nonce and perhaps the rolled version bits, as submitted */
export function checkShare(job: Job, terms: ShareTerms, fields: readonly unknown[]): Result<CheckedShare, Refusal> {
  const [extranonce2, ntime, nonceText, bits] = fields;
  if (!isHex(extranonce2, 2 * EXTRANONCE2_BYTES)) return other("extranonce2 is 16 hex digits");
  if (!isHex(ntime, 8)) return other("ntime is 8 hex digits");
  if (!isHex(nonceText, 8)) return other("nonce is 8 hex digits");
  let version = BASE_VERSION;
  if (bits !== undefined) {
    if (terms.versionMask === 0) return other("version rolling was not agreed on");
    if (!isHex(bits, 8)) return other("version bits are 8 hex digits");
    const rolled = Number.parseInt(bits, 16);
    if ((rolled & ~terms.versionMask) !== 0) return other("version bits outside the mask");
    version = (BASE_VERSION | rolled) >>> 0;
  }
  const timeS = Number.parseInt(ntime, 16);
  const { template } = job;
  if (timeS < template.minTimeS || timeS > template.maxTimeS) return other("ntime out of range");
  const nonce = Number.parseInt(nonceText, 16);
  // In place, since longer arrays lie outside the heap and cost more than hashing them: all that varies is written each time.
  const { coinbase } = job;
  coinbase.set(terms.extranonce1, EXTRANONCE1_AT);
  writeHex(coinbase, EXTRANONCE2_AT, extranonce2);
  const coinbaseHash = sha256d(coinbase);
  const header = encodeWorkHeader({
    version,
    parent: template.parent,
    coinbaseHash,
    timeS,
    bits: template.bits,
    nonce,
  });
  const hash = sha256d(header);
  const isBlock = withinLimit(hash, job.blockLimit);
  if (!isBlock && !withinLimit(hash, terms.limit)) return err(refusal("low-difficulty", "Low difficulty share"));
  const key = Buffer.from(hash.buffer, hash.byteOffset, KEY_BYTES).toString("latin1");
  if (job.shares.has(key)) return err(refusal("duplicate", "Duplicate share"));
  const extranonce = coinbase.slice(COINBASE_EXTRANONCE_AT, EXTRANONCE_END);
  return ok({ header, hash, extranonce, version, timeS, nonce, isBlock, key });
}

function other(words: string): Result<never, Refusal> {
  return err(refusal("other", words));
}

function isHex(text: unknown, length: number): text is string {
  return typeof text === "string" && text.length === length && HEX.test(text);
}

function writeHex(bytes: Uint8Array, at: number, text: string): void {
  for (let i = 0; 2 * i < text.length; i++) bytes[at + i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16);
}
