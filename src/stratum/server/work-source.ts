/** Where the server has its work from, and where found blocks go: a node, near or far. */
import type { BlockId, Cancel, Hash } from "#base";
import type { PowSeal } from "#consensus";
import type { BlockResult } from "../share.ts";

/** A block that lacks only its seal, as far as a miner is concerned. */
export interface WorkTemplate {
  /** The node's name for it. */
  readonly id: string;
  readonly height: number;
  readonly parent: BlockId;
  readonly sealHash: Hash;
  /** Compact form of `target`. */
  readonly bits: number;
  readonly target: bigint;
  /** Bounds of nTime in seconds since 1970, both included (rule POW-2). */
  readonly minTimeS: number;
  readonly maxTimeS: number;
  /** Subsidy and fees together. */
  readonly rewardAtoms: bigint;
  readonly feesAtoms: bigint;
  /** From then on a block made from it may be refused. */
  readonly expiresMs: number;
}

export type WorkState =
  | { readonly kind: "work"; readonly template: WorkTemplate }
  /** Nothing to mine on at present; `why` is told to miners. */
  | { readonly kind: "down"; readonly why: string };

export interface WorkSource {
  state(): WorkState;
  /** Called at each change of `state()`. */
  onChange(listener: (state: WorkState) => void): Cancel;
  /**
   * A template that was given out stays known until its parent is no longer the head.
   * @throws or rejects when the node cannot be reached
   */
  submit(template: WorkTemplate, seal: PowSeal): Promise<BlockResult>;
}
