/** What the pool's server tells those that count, pay and audit: shares that were checked, and blocks among them. */
import type { BlockId, Hash } from "#base";

/** Work that a miner has proved (rules STRATUM-9 to STRATUM-13). Everything in it was checked; nothing is the miner's word. */
export interface AcceptedShare {
  /** Who is credited: bech32m, lower case, with the prefix of the chain. */
  readonly address: string;
  /** What the miner calls its machine: at most 64 characters of `A–Z a–z 0–9 . _ -`, or empty. */
  readonly worker: string;
  /** Expected hashes until one meets the target this share was judged by; at least 1. Money is divided by sums of it. */
  readonly work: bigint;
  /** Expected hashes until one is a block, on the same job: `work / blockWork` of a block was earned. */
  readonly blockWork: bigint;
  /** What the block of this job pays: subsidy and fees, as its template has them. */
  readonly rewardAtoms: bigint;
  /** The job's salt as 8 hex digits: no other job of this process has it. */
  readonly jobId: string;
  readonly height: number;
  readonly parent: BlockId;
  /** The 80 bytes that were hashed. No share is accepted twice: two accepted ones differ here. */
  readonly header: Uint8Array;
  /** Job salt 4 ‖ extranonce1 4 ‖ extranonce2 8: with seal hash and height it gives the coinbase, and so bytes 36–67 of `header`. */
  readonly extranonce: Uint8Array;
  /** What the coinbase ties the work to (rule POW-4). */
  readonly sealHash: Hash;
  /** sha256d of `header`. */
  readonly hash: Hash;
  /** When it arrived. */
  readonly timeMs: number;
  /** The connection it came by: 16 hex digits, given anew to every one that does not resume. */
  readonly session: string;
}

/** A share that is a block as well. */
export interface FoundBlock {
  readonly share: AcceptedShare;
  /** The block's id; the same as `share.hash`. */
  readonly id: BlockId;
  readonly height: number;
  readonly parent: BlockId;
  /** Subsidy and fees together. */
  readonly rewardAtoms: bigint;
  readonly feesAtoms: bigint;
}

/** What the node said of a found block. */
export interface BlockResult {
  readonly accepted: boolean;
  /** Why not, in words or as a fault code. */
  readonly reason?: string;
}

/** Where shares go, in the order in which they were accepted. */
export interface ShareSink {
  /** Why nothing can be counted at present, in words for miners (a full disk, say); null when all is well. Asked before each share. */
  obstacle(): string | null;
  /**
   * The miner is told that the share counts once this has returned, or once the promise is fulfilled; when it throws or rejects,
   * the miner is told that it does not count, and may send it again.
   */
  accepted(share: AcceptedShare): void | Promise<void>;
  /** Comes right after `accepted` of the same share was called, before the node is asked. */
  blockFound(block: FoundBlock): void;
  /** Comes once for every found block, unless the process ends before. */
  blockResult(block: FoundBlock, result: BlockResult): void;
}
