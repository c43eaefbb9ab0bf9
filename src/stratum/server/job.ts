/** A job: one template with a salt of its own, so that no two jobs have work in common (rules STRATUM-4 and STRATUM-5). */
import { concatBytes, toHex } from "#base";
import { COINBASE_EXTRANONCE_AT, encodeCoinbase, workOf } from "#consensus";
import { greatestDifficultyFor, limitOf } from "./difficulty.ts";
import type { WorkTemplate } from "./work-source.ts";

export const SALT_BYTES = 4;
export const EXTRANONCE1_BYTES = 4;
export const EXTRANONCE2_BYTES = 8;
/** Where the coinbase goes on after what is the miner's. */
const COINBASE_TAIL_AT = COINBASE_EXTRANONCE_AT + SALT_BYTES + EXTRANONCE1_BYTES + EXTRANONCE2_BYTES;
/** nVersion of rule POW-2 with none of the bits set that a miner may roll. */
export const BASE_VERSION = 0x20000000;
/** The bits that it may (BIP 320). */
export const ROLLABLE_VERSION_BITS = 0x1fffe000;

export interface Job {
  /** The salt in hex: unique in this process. */
  readonly id: string;
  /** Counts the jobs of this process. */
  readonly order: number;
  readonly template: WorkTemplate;
  readonly openedMs: number;
  readonly salt: Uint8Array;
  /** 120 bytes; what stands where extranonce1 and extranonce2 go is whoever's who was checked last. */
  readonly coinbase: Uint8Array;
  readonly blockLimit: Uint8Array;
  readonly blockWork: bigint;
  /** A harder share would let blocks slip. */
  readonly maxDifficulty: number;
  /** `mining.notify` as lines: for miners to go on with, and to drop all else for. */
  readonly notice: string;
  readonly cleanNotice: string;
  /** Keys of the shares accepted on it. */
  readonly shares: Set<string>;
}

/** @param salt a number that no other job of this process has, below 2^32 */
export function createJob(order: number, salt: number, template: WorkTemplate, openedMs: number): Job {
  const saltBytes = new Uint8Array(SALT_BYTES);
  new DataView(saltBytes.buffer).setUint32(0, salt);
  const extranonce = concatBytes(saltBytes, new Uint8Array(EXTRANONCE1_BYTES + EXTRANONCE2_BYTES));
  const coinbase = encodeCoinbase(template.height, template.sealHash, extranonce);
  const id = toHex(saltBytes);
  const notice = (clean: boolean): string =>
    `${JSON.stringify({
      id: null,
      method: "mining.notify",
      params: [
        id,
        toHex(swapWords(template.parent)),
        toHex(coinbase.subarray(0, COINBASE_EXTRANONCE_AT + SALT_BYTES)),
        toHex(coinbase.subarray(COINBASE_TAIL_AT)),
        [],
        hex32(BASE_VERSION),
        hex32(template.bits),
        hex32(template.minTimeS),
        clean,
      ],
    })}\n`;
  return {
    id,
    order,
    template,
    openedMs,
    salt: saltBytes,
    coinbase,
    blockLimit: limitOf(template.target),
    blockWork: workOf(template.target),
    maxDifficulty: greatestDifficultyFor(template.target),
    notice: notice(false),
    cleanNotice: notice(true),
    shares: new Set(),
  };
}

export function hex32(value: number): string {
  return value.toString(16).padStart(8, "0");
}

/** Each 4 bytes reversed, as Stratum has it in `prevhash`. */
function swapWords(bytes: Uint8Array): Uint8Array {
  return bytes.map((_, i) => bytes[i - (i % 4) + 3 - (i % 4)]!);
}
