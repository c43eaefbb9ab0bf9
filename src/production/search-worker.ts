/** A thread that searches: told a job and a range, it answers with a nonce or none, and how many it tried. */
import { parentPort } from "node:worker_threads";
import { searchNonce } from "#consensus";

/** Between two looks at the mailbox; about 10 ms. */
export const CHUNK = 16_384;

export interface SearchRequest {
  readonly job: number;
  readonly preimage: Uint8Array;
  readonly target: bigint;
  readonly from: number;
  readonly count: number;
}

export interface SearchAnswer {
  readonly job: number;
  readonly nonce: number | null;
  readonly tried: number;
}

parentPort?.on("message", (request: SearchRequest) => {
  const { job, preimage, target, from, count } = request;
  const nonce = searchNonce({ preimage, nonceAt: 76, target }, { from, count });
  const answer: SearchAnswer = { job, nonce, tried: nonce === null ? count : nonce - from + 1 };
  parentPort?.postMessage(answer);
});
