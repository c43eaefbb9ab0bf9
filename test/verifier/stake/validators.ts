/** Validators and all that the state has of them (rules STATE-1, STATE-2, STATE-10). */
import type { StakeNumbers } from "./numbers.ts";

export interface Unbonding {
  atoms: bigint;
  /** 0 while it is not final. */
  epoch: bigint;
}

export interface Validator {
  readonly number: number;
  readonly owner: Buffer;
  key: Buffer;
  tip: Buffer;
  /** The onion that waits, and the epoch from which it will act; 0 = none waits. */
  nextTip: Buffer;
  nextTipFrom: bigint;
  bonded: bigint;
  incoming: bigint;
  leaving: bigint;
  slashed: bigint;
  votedEpoch: bigint;
  votes: bigint;
  blocks: bigint;
  missed: bigint;
  /** First epoch in which it is not in jail. */
  freeFrom: bigint;
  /** First epoch of its present stand. */
  standsFrom: bigint;
  isLeaked: boolean;
  isStanding: boolean;
  /** By their indices, 0 to 15. */
  readonly unbondings: Map<number, Unbonding>;
}

export const CHANGE = { in: 1, out: 2, back: 3 } as const;

export interface Change {
  readonly height: bigint;
  readonly atoms: bigint;
  readonly validator: Validator;
  readonly kind: number;
  /** Of the unbonding; 0 for the other kinds. */
  readonly index: number;
}

export interface Offence {
  readonly validator: Validator;
  readonly type: number;
  readonly at: bigint;
  readonly penalty: bigint;
}

export class Validators {
  readonly all: Validator[] = [];
  readonly #owners = new Map<string, Validator>();
  readonly #signers = new Map<string, Validator>();
  readonly offences = new Map<string, Offence>();
  /** Those that are not final, from the oldest on. */
  readonly changes: Change[] = [];
  nextChange = 0n;
  pool = 0n;
  stepEpoch = 0n;
  finalEpoch = 0n;
  stepsSinceFinal = 0n;

  constructor({ validators }: StakeNumbers) {
    for (const { owner, key, tip, bond } of validators) {
      const validator = this.add(owner, key, tip);
      validator.bonded = bond;
      validator.standsFrom = 1n;
      validator.isStanding = true;
    }
  }

  ownedBy(address: Buffer): Validator | undefined {
    return this.#owners.get(address.toString("hex"));
  }

  /** That has, or had, this signing key. */
  signingWith(key: Buffer): Validator | undefined {
    return this.#signers.get(key.toString("hex"));
  }

  signers(): IterableIterator<[string, Validator]> {
    return this.#signers.entries();
  }

  add(owner: Buffer, key: Buffer, tip: Buffer): Validator {
    const validator: Validator = {
      ...{ number: this.all.length, owner, key, tip, nextTip: Buffer.alloc(32), nextTipFrom: 0n },
      ...{ bonded: 0n, incoming: 0n, leaving: 0n, slashed: 0n },
      ...{ votedEpoch: 0n, votes: 0n, blocks: 0n, missed: 0n },
      ...{ freeFrom: 0n, standsFrom: 0n, isLeaked: false, isStanding: false, unbondings: new Map() },
    };
    this.all.push(validator);
    this.#owners.set(owner.toString("hex"), validator);
    this.setKey(validator, key);
    return validator;
  }

  setKey(validator: Validator, key: Buffer): void {
    validator.key = key;
    this.#signers.set(key.toString("hex"), validator);
  }

  /** Appends a change. */
  change(change: Change): void {
    this.changes.push(change);
    this.nextChange += 1n;
  }

  /** What of the supply is here (STATE-9). */
  total(): bigint {
    let sum = this.pool;
    for (const { bonded, unbondings } of this.all) {
      sum += bonded;
      for (const { atoms } of unbondings.values()) sum += atoms;
    }
    return sum;
  }
}

/** STAKE-1. */
export function activeOf({ bonded, incoming, leaving }: Validator): bigint {
  return bonded - incoming + leaving;
}
