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

/** A validator that the chain begins with. */
export interface GenesisValidator {
  /** Owns the bond and is paid for votes. */
  readonly owner: string;
  /** Ed25519 public key, 64 hex digits. */
  readonly signingKey: string;
  /** Last hash of its onion, 64 hex digits. */
  readonly onionTip: string;
  readonly bondAtoms: bigint;
}

export interface StakeSpec {
  readonly kind: "pos";
  readonly slotMs: number;
  readonly epochSlots: number;
  /** Epochs without finality after which those who do not vote leave the table. */
  readonly leakEpochs: number;
  /** How long a bond that left the table can still be slashed. */
  readonly unbondEpochs: number;
  /**
   * Epochs from a change of the table on in which those of the table before may still vote; a table is then changed
   * only once something is final under it (rule STAKE-23). Absent on chains of before that rule.
   */
  readonly formerEpochs?: number;
  /** Epochs a slashed validator stays out of the tables. */
  readonly jailEpochs: number;
  /** A node whose head is older asks for a checkpoint; 0 = never. */
  readonly checkpointEpochs: number;
  readonly minBondAtoms: bigint;
  /** Of the heaviest bonds, how many may be in a table. */
  readonly maxValidators: number;
  /** Parts per million of bond and unbonding that a proven offence costs. */
  readonly slashPpm: number;
  /** Parts per million of what is slashed, for who reported it; the rest is burned. */
  readonly reportPpm: number;
  /** Parts per million of the subsidy for the proposer; the rest is the voters'. */
  readonly proposerPpm: number;
  readonly validators: readonly GenesisValidator[];
}

export type EngineSpec = WorkSpec | StakeSpec;

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

/** Usual time between two blocks. */
export function spacingMsOf(engine: EngineSpec): number {
  return engine.kind === "pow" ? engine.spacingMs : engine.slotMs;
}

/** Whether blocks are signed by whoever is drawn, instead of searched by whoever likes. */
export function isSigned(engine: EngineSpec): boolean {
  return engine.kind !== "pow";
}

/** The numbers of bonds, where a chain has them. */
export function stakeOf(engine: EngineSpec): StakeSpec | null {
  return engine.kind === "pos" ? engine : null;
}

/** From which age on a head is too old to be trusted without a checkpoint; null = never (rule STAKE-21). */
export function staleAfterMs(engine: EngineSpec): number | null {
  if (engine.kind === "pow" || engine.checkpointEpochs === 0) return null;
  return engine.checkpointEpochs * engine.epochSlots * engine.slotMs;
}

export type WorkChainSpec = ChainSpec & { readonly engine: WorkSpec };
export type StakeChainSpec = ChainSpec & { readonly engine: StakeSpec };
