/** Who searches for a block's seal: CPU threads, a paced search in this thread, or a pool (docs/spec/work.md). */
import type { SearchJob } from "#consensus";

export interface Sealer {
  /** Hashes a second over the last seconds; 0 while nothing is searched. */
  hashRate(): number;
  /** @returns the seal, or null when the signal came first */
  seal(job: SearchJob, signal: AbortSignal): Promise<Uint8Array | null>;
  stop(): Promise<void>;
}
