/** What a block of stake asks of the ledger (rule STAKE-12). */
import type { Vote } from "./vote.ts";

export interface Orders {
  readonly epoch: bigint;
  readonly leader: Buffer;
  readonly reveal: Buffer;
  readonly votes: readonly Vote[];
  /** Of the first block of an epoch. */
  readonly step: Step | null;
}

export interface Step {
  readonly parentEpoch: bigint;
  readonly finalHeight: bigint;
  readonly finalEpoch: bigint;
  /** STAKE-23, if nothing has been final for too long. */
  readonly keeps: boolean;
}
