/** Why a request is refused: the error codes of Stratum, with words for the miner's log (rule STRATUM-3). */

export const REFUSAL_CODES = {
  other: 20,
  "job-not-found": 21,
  duplicate: 22,
  "low-difficulty": 23,
  unauthorized: 24,
  "not-subscribed": 25,
} as const;

export type RefusalKind = keyof typeof REFUSAL_CODES;

export interface Refusal {
  readonly kind: RefusalKind;
  readonly words: string;
}

export function refusal(kind: RefusalKind, words: string): Refusal {
  return { kind, words };
}

export type RequestId = number | string | null;

/** One line each, with its end. */
export function encodeResult(id: RequestId, result: unknown): string {
  return `${JSON.stringify({ id, result, error: null })}\n`;
}

export function encodeRefusal(id: RequestId, { kind, words }: Refusal): string {
  return `${JSON.stringify({ id, result: null, error: [REFUSAL_CODES[kind], words, null] })}\n`;
}

export function encodeNotice(method: string, params: readonly unknown[]): string {
  return `${JSON.stringify({ id: null, method, params })}\n`;
}
