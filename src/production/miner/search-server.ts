/** The thread's side of a search: told a range of nonces, it answers with each hit, and with what the range took. */
import { createNonceSearch } from "#consensus";
import type { SearchAnswer, SearchRequest } from "./search-protocol.ts";

/** Between two looks at which search is wanted: about a millisecond of the kernel's. */
const STEP = 8_192;
const NONCE_AT = 76;

/**
 * The returned function wants to know whether the request was there before the last one was done: the time between the two is then
 * none without work, even where others had the core meanwhile.
 * @param wanted the number of the first search that is wanted, where threads share memory; else they do what they were told
 */
export function createSearchServer(
  wanted: Int32Array | null,
  answer: (answer: SearchAnswer) => void,
): (request: SearchRequest, hadToWait?: boolean) => void {
  const searchNonce = createNonceSearch();
  let endMs = performance.now();
  return ({ search, range, preimage, target, from, count, once, countIdle }, hadToWait = true) => {
    const beginMs = performance.now();
    const idleMs = countIdle && hadToWait ? beginMs - endMs : 0;
    const isWanted = (): boolean => wanted === null || Atomics.load(wanted, 0) <= search;
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
