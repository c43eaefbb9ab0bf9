/** A thread that searches: told a range of nonces, it answers with each hit, and with what the range took. */
import { parentPort, workerData } from "node:worker_threads";
import { createNonceSearch } from "#consensus";

/** Between two looks at which search is wanted: about a millisecond of the kernel's. */
const STEP = 8_192;
const NONCE_AT = 76;

/** Shared with the main thread, so that a thread stops without reading its messages: the number of the search that is wanted. */
export type WantedSearch = Int32Array<SharedArrayBuffer>;

export interface SearchRequest {
  readonly search: number;
  readonly range: number;
  readonly preimage: Uint8Array;
  readonly target: bigint;
  readonly from: number;
  readonly count: number;
  /** The first hit ends the range. */
  readonly once: boolean;
  /** Time without a request before this one was time without work. */
  readonly countIdle: boolean;
}

export type SearchAnswer =
  | { readonly kind: "hit"; readonly search: number; readonly range: number; readonly nonce: number }
  | {
      readonly kind: "done";
      readonly search: number;
      readonly range: number;
      readonly tried: number;
      /** Of these, tried when another search was wanted already, at most. */
      readonly stale: number;
      readonly tookMs: number;
      readonly idleMs: number;
    };

if (parentPort !== null) {
  const port = parentPort;
  const serve = createServer(workerData as WantedSearch, (answer) => port.postMessage(answer));
  port.on("message", serve);
}

function createServer(wanted: WantedSearch, answer: (answer: SearchAnswer) => void): (request: SearchRequest) => void {
  const searchNonce = createNonceSearch();
  let endMs = performance.now();
  return ({ search, range, preimage, target, from, count, once, countIdle }) => {
    const beginMs = performance.now();
    const idleMs = countIdle ? beginMs - endMs : 0;
    const isWanted = (): boolean => Atomics.load(wanted, 0) === search;
    let tried = 0;
    let stale = 0;
    while (tried < count && isWanted()) {
      const step = Math.min(STEP, count - tried);
      const nonce = searchNonce({ preimage, nonceAt: NONCE_AT, target }, { from: from + tried, count: step });
      const steps = nonce === null ? step : nonce - (from + tried) + 1;
      tried += steps;
      if (!isWanted()) stale = steps;
      if (nonce === null) continue;
      answer({ kind: "hit", search, range, nonce });
      if (once) break;
    }
    endMs = performance.now();
    answer({ kind: "done", search, range, tried, stale, tookMs: endMs - beginMs, idleMs });
  };
}
