/** Every number that decides validity on one chain (rules SPEC-1 to SPEC-4). Nodes agree on it by its hash, the chain id. */

export interface WorkSpec {
  readonly kind: "pow";
  /** Compact form of the easiest target allowed; genesis has it. */
  readonly limitBits: number;
  /** Wanted time between blocks. */
  readonly spacingMs: number;
  /** ASERT half-life in seconds; 0 = the target never moves. */
  readonly halfLifeS: number;
}

export type EngineSpec = WorkSpec;

export interface ChainSpec {
  readonly version: 1;
  readonly name: string;
  /** Human-readable part of addresses. */
  readonly addressPrefix: string;
  readonly engine: EngineSpec;
  readonly genesis: {
    readonly timeMs: number;
    readonly accounts: readonly { readonly address: string; readonly balanceAtoms: bigint }[];
  };
  readonly time: {
    /** How far a block's time may lie ahead of the receiver's clock; later ones wait. */
    readonly maxAheadMs: number;
    /** A block's time must be later than the median of this many ancestors. */
    readonly medianOf: number;
  };
  readonly limits: {
    /** Of the encoded body. */
    readonly maxBlockBytes: number;
    readonly maxBlockTransactions: number;
  };
  readonly fees: {
    readonly minFeePerByteAtoms: bigint;
    readonly recordBurnPerByteAtoms: bigint;
    readonly newAccountBurnAtoms: bigint;
    readonly minOutputAtoms: bigint;
  };
  readonly rewards: {
    readonly subsidyAtoms: bigint;
    /** Blocks after which the subsidy halves; 0 = never. */
    readonly halvingBlocks: number;
    /** A credit of block h can be spent from block h + maturity on. */
    readonly maturityBlocks: number;
  };
}
