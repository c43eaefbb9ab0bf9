/** What a pool sends: answers to our requests, and calls of its own. Anything else is no Stratum. */
import { fromHex } from "#base";

export type RequestId = number | string | null;

export type PoolMessage =
  | { readonly kind: "answer"; readonly id: number; readonly result: unknown; readonly error: PoolError | null }
  | {
      readonly kind: "call";
      readonly id: RequestId;
      readonly method: string;
      readonly params: readonly unknown[];
    };

/** Codes 20 to 25 have a meaning: other, stale, duplicate, low difficulty, unauthorized, not subscribed. */
export interface PoolError {
  readonly code: number;
  readonly words: string;
}

/** Work as a pool tells it. */
export interface Notice {
  readonly jobId: string;
  /** As it stands in the header. */
  readonly parent: Uint8Array;
  readonly coinbaseHead: Uint8Array;
  readonly coinbaseTail: Uint8Array;
  readonly branch: readonly Uint8Array[];
  readonly version: number;
  readonly bits: number;
  readonly timeS: number;
  /** Shares of earlier jobs are worth nothing any more. */
  readonly isClean: boolean;
}

const MAX_BRANCH = 32;
const MAX_WORDS = 200;

/** @returns null for what is no message */
export function parseMessage(line: string): PoolMessage | null {
  let message: unknown;
  try {
    message = JSON.parse(line);
  } catch {
    return null;
  }
  if (typeof message !== "object" || message === null) return null;
  const { id = null, method, params, result, error } = message as Record<string, unknown>;
  const hasId = typeof id === "number" || typeof id === "string" || id === null;
  if (typeof method === "string" && hasId)
    return { kind: "call", id, method, params: Array.isArray(params) ? params : [] };
  if (typeof id !== "number") return null;
  return { kind: "answer", id, result, error: readError(error) };
}

/** Errors come as [code, words, trace], as {code, message}, or as text. */
function readError(error: unknown): PoolError | null {
  if (error === undefined || error === null) return null;
  const [code, words] = Array.isArray(error)
    ? error
    : typeof error === "object"
      ? [(error as Record<string, unknown>).code, (error as Record<string, unknown>).message]
      : [20, error];
  return { code: typeof code === "number" ? code : 20, words: readWords(words) || "without a reason" };
}

export function readWords(value: unknown): string {
  return typeof value === "string" ? value.slice(0, MAX_WORDS) : "";
}

/** @returns null when a part is missing or not what it must be */
export function readNotice(params: readonly unknown[]): Notice | null {
  const [jobId, prevhash, coinb1, coinb2, branch, version, bits, time, isClean] = params;
  const parent = readHex(prevhash, 32);
  const coinbaseHead = readHex(coinb1);
  const coinbaseTail = readHex(coinb2);
  const hashes = Array.isArray(branch) && branch.length <= MAX_BRANCH ? branch.map((one) => readHex(one, 32)) : [null];
  const [versionBits, targetBits, timeS] = [readUint32(version), readUint32(bits), readUint32(time)];
  if (typeof jobId !== "string" || parent === null || coinbaseHead === null || coinbaseTail === null) return null;
  if (versionBits === null || targetBits === null || timeS === null) return null;
  const known = hashes.filter((hash) => hash !== null);
  if (known.length !== hashes.length) return null;
  return {
    ...{ jobId, parent: reverseWords(parent), coinbaseHead, coinbaseTail, branch: known },
    ...{ version: versionBits, bits: targetBits, timeS, isClean: isClean === true },
  };
}

export function readHex(value: unknown, length?: number): Uint8Array | null {
  const bytes = typeof value === "string" ? fromHex(value.toLowerCase()) : null;
  return bytes === null || (length !== undefined && bytes.length !== length) ? null : bytes;
}

/** Eight hex digits, most significant first. */
export function readUint32(value: unknown): number | null {
  return typeof value === "string" && /^[0-9a-fA-F]{8}$/.test(value) ? Number.parseInt(value, 16) : null;
}

export function hexOf(value: number): string {
  return (value >>> 0).toString(16).padStart(8, "0");
}

/** Stratum sends the parent's hash with the bytes of each word of four reversed. */
function reverseWords(bytes: Uint8Array): Uint8Array {
  return bytes.map((_, i) => bytes[(i & ~3) + 3 - (i & 3)]!);
}
