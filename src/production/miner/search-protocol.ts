/** What passes between a miner and its threads. */
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
