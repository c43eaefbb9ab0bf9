/**
 * Where what is known of a validator lies (rule STAKE-1): a record is split over parts of 32 bytes, each an entry of the
 * state. A field of 64 bits is named by four times its part and its word in it.
 */

/** Parts that are bytes. */
export const PART = { owner: 0, signingKey: 1, onionTip: 2, nextOnionTip: 3 } as const;
export type Part = (typeof PART)[keyof typeof PART];

/** Amounts in atoms, epochs, and counts. */
export const FIELD = {
  /** Bonded and not on its way out, whether it counts already or not. */
  bonded: 16,
  /** Of what is bonded: not final yet. */
  incoming: 17,
  /** On its way out, but still in the tables: not final yet. */
  leaving: 18,
  slashed: 19,
  lastVoteEpoch: 20,
  votes: 21,
  blocks: 22,
  /** Epochs in a row without its vote. */
  missed: 23,
  jailedUntilEpoch: 24,
  /** First epoch of its present stand in the tables. */
  sinceEpoch: 25,
  /** From when the onion that waits will act; 0 = none waits. */
  nextOnionEpoch: 26,
  flags: 27,
} as const;
export type Field = (typeof FIELD)[keyof typeof FIELD];

/** Bits of `flags`. */
export const LEAKED = 1n;
/** In the table that was made last. */
export const STANDING = 2n;
/** From this bit on, which of its unbondings there are, by index. */
export const UNBONDINGS_AT = 16n;
export const MAX_UNBONDINGS = 16;

/** What there is once, in the table `stake`; named likewise. */
export const COUNTER = {
  validators: 0,
  /** Atoms. */
  voterPool: 1,
  /** The bond changes that wait: position of the oldest, and one past the newest. */
  firstChange: 2,
  endChange: 3,
  /** Of the last block with an epoch step; 0 since genesis. */
  epoch: 4,
  finalizedEpoch: 5,
  /** Epoch steps since the final epoch grew. */
  stepsWithoutFinality: 6,
} as const;
export type Counter = (typeof COUNTER)[keyof typeof COUNTER];

/** What a bond change does once it is final. */
export const CHANGE_IN = 1;
export const CHANGE_OUT = 2;
/** In, and back into the tables after a leak. */
export const CHANGE_RETURN = 3;
