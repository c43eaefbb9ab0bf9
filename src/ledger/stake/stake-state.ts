/** Reads and writes what the state has of validators (rule STAKE-1). */
import { type Address, asAddress, assertInvariant, type Hash, type Key } from "#base";
import { taggedHash } from "#crypto";
import { createKeySlot, type KeySlot, setKey } from "../state/key-slot.ts";
import type { State } from "../state/state.ts";
import { TABLES } from "../state/tables.ts";
import {
  COUNTER,
  type Counter,
  FIELD,
  type Field,
  MAX_UNBONDINGS,
  PART,
  type Part,
  UNBONDINGS_AT,
} from "./validator-fields.ts";

/** A bond change that waits for its block to be final. */
export interface Change {
  readonly height: number;
  readonly amountAtoms: bigint;
  readonly number: number;
  readonly kind: number;
  /** Which of the validator's unbondings; 0 for the other kinds. */
  readonly index: number;
}

export interface UnbondingEntry {
  readonly amountAtoms: bigint;
  /** 0 = not final yet. */
  readonly paidAtEpoch: number;
}

/** Validators are known by dense numbers, from 0 in the order of their first bonds. */
export interface StakeState {
  /** −1 for an address that never bonded. */
  numberOf(owner: Address): number;
  /** By a signing key that it has or had; −1 for another. */
  numberOfSigner(key: Key): number;
  get(number: number, field: Field): bigint;
  set(number: number, field: Field, value: bigint): void;
  /** An epoch or a count. */
  int(number: number, field: Field): number;
  /** What would count in a table made now. */
  activeAtoms(number: number): bigint;
  /** 32 bytes; shares memory and holds until the next change. */
  part(number: number, part: Part): Uint8Array;
  setPart(number: number, part: Part, value: Uint8Array): void;
  removePart(number: number, part: Part): void;
  hasFlag(number: number, flag: bigint): boolean;
  setFlag(number: number, flag: bigint, to: boolean): void;
  counter(counter: Counter): bigint;
  setCounter(counter: Counter, value: bigint): void;
  /** All fields zero. @returns its number */
  create(owner: Address, signingKey: Key, onionTip: Hash): number;
  addSigner(key: Key, number: number): void;
  /** Ascending. */
  unbondingIndexes(number: number): readonly number[];
  unbonding(number: number, index: number): UnbondingEntry;
  setUnbonding(number: number, index: number, entry: UnbondingEntry | null): void;
  change(position: bigint): Change;
  setChange(position: bigint, change: Change | null): void;
  hasOffence(number: number, type: number, at: number): boolean;
  addOffence(number: number, type: number, at: number, penaltyAtoms: bigint): void;
}

export function createStakeState(state: State): StakeState {
  const validator = createKeySlot(TABLES.validator);
  const owners = createKeySlot(TABLES.owner);
  const signers = createKeySlot(TABLES.signer);
  const single = createKeySlot(TABLES.stake);

  /** The part that was looked for last: fields of one part are mostly read together. */
  const last = { number: -1, part: -1, leaf: -1 };

  const leafOf = (number: number, part: number): number => {
    if (last.leaf >= 0 && last.number === number && last.part === part) return last.leaf;
    const { bytes } = validator;
    bytes[1] = number;
    bytes[2] = number >> 8;
    bytes[3] = number >> 16;
    bytes[4] = number >> 24;
    bytes[5] = part;
    last.number = number;
    last.part = part;
    last.leaf = state.find(validator);
    return last.leaf;
  };
  const get = (number: number, field: number): bigint => state.word(leafOf(number, field >> 2), field & 3);
  const set = (number: number, field: number, value: bigint): void =>
    state.setWord(leafOf(number, field >> 2), field & 3, value);
  const counterLeaf = (counter: number): number => {
    single.bytes[1] = counter >> 2;
    return state.find(single);
  };
  const numberAt = (leaf: number): number => (leaf < 0 ? -1 : Number(state.word(leaf, 0)));
  const setPart = (number: number, part: number, value: Uint8Array): void => {
    const leaf = leafOf(number, part);
    state.setValue(leaf < 0 ? state.create(validator) : leaf, value);
  };
  const addSigner = (key: Key, number: number): void => {
    if (state.find(setKey(signers, signerOf(key))) < 0) state.setWord(state.create(signers), 0, BigInt(number));
  };

  return {
    numberOf: (owner) => numberAt(state.find(setKey(owners, owner))),
    numberOfSigner: (key) => numberAt(state.find(setKey(signers, signerOf(key)))),
    get,
    set,
    int: (number, field) => Number(get(number, field)),
    activeAtoms: (number) => get(number, FIELD.bonded) - get(number, FIELD.incoming) + get(number, FIELD.leaving),
    part: (number, part) => state.value(leafOf(number, part)),
    setPart,
    removePart(number, part) {
      state.remove(leafOf(number, part));
      last.leaf = -1;
    },
    hasFlag: (number, flag) => (get(number, FIELD.flags) & flag) !== 0n,
    setFlag(number, flag, to) {
      const flags = get(number, FIELD.flags);
      const after = to ? flags | flag : flags & ~flag;
      if (after !== flags) set(number, FIELD.flags, after);
    },
    counter: (counter) => state.word(counterLeaf(counter), counter & 3),
    setCounter: (counter, value) => state.setWord(counterLeaf(counter), counter & 3, value),
    create(owner, signingKey, onionTip) {
      const leaf = counterLeaf(0);
      const number = Number(state.word(leaf, 0));
      assertInvariant(number < 2 ** 32, "there are as many validators as can be numbered");
      state.setWord(leaf, 0, BigInt(number) + 1n);
      setPart(number, PART.owner, owner);
      setPart(number, PART.signingKey, signingKey);
      setPart(number, PART.onionTip, onionTip);
      for (const field of [FIELD.bonded, FIELD.lastVoteEpoch, FIELD.jailedUntilEpoch])
        setPart(number, field >> 2, new Uint8Array(32));
      state.setWord(state.create(setKey(owners, owner)), 0, BigInt(number));
      addSigner(signingKey, number);
      return number;
    },
    addSigner,
    ...unbondingsOf(state, get, set),
    ...changesOf(state),
    ...offencesOf(state),
  };
}

export function ownerOf(stake: StakeState, number: number): Address {
  return asAddress(stake.part(number, PART.owner).slice(0, 20));
}

export function countOf(stake: StakeState): number {
  return Number(stake.counter(COUNTER.validators));
}

/** Whether it is in jail in that epoch. */
export function isJailed(stake: StakeState, number: number, epoch: number): boolean {
  return stake.int(number, FIELD.jailedUntilEpoch) > epoch;
}

/** H('agon/signer/v1' ‖ key), its first 20 bytes. */
function signerOf(key: Key): Uint8Array {
  return taggedHash("agon/signer/v1", key).subarray(0, 20);
}

type Unbondings = Pick<StakeState, "unbondingIndexes" | "unbonding" | "setUnbonding">;

function unbondingsOf(state: State, get: StakeState["get"], set: StakeState["set"]): Unbondings {
  const slot = createKeySlot(TABLES.unbonding);
  const keyOf = (number: number, index: number): KeySlot => {
    new DataView(slot.bytes.buffer).setUint32(1, number, true);
    slot.bytes[5] = index;
    return slot;
  };
  return {
    unbondingIndexes(number) {
      const mask = Number(get(number, FIELD.flags) >> UNBONDINGS_AT);
      if (mask === 0) return [];
      return Array.from({ length: MAX_UNBONDINGS }, (_, i) => i).filter((i) => (mask >> i) & 1);
    },
    unbonding(number, index) {
      const leaf = state.find(keyOf(number, index));
      return { amountAtoms: state.word(leaf, 0), paidAtEpoch: Number(state.word(leaf, 1)) };
    },
    setUnbonding(number, index, entry) {
      const found = state.find(keyOf(number, index));
      if (entry === null) state.remove(found);
      else {
        const leaf = found < 0 ? state.create(slot) : found;
        state.setWord(leaf, 0, entry.amountAtoms);
        state.setWord(leaf, 1, BigInt(entry.paidAtEpoch));
      }
      const bit = 1n << (UNBONDINGS_AT + BigInt(index));
      const flags = get(number, FIELD.flags);
      const after = entry === null ? flags & ~bit : flags | bit;
      if (after !== flags) set(number, FIELD.flags, after);
    },
  };
}

function changesOf(state: State): Pick<StakeState, "change" | "setChange"> {
  const slot = createKeySlot(TABLES.change);
  const find = (position: bigint): number => {
    new DataView(slot.bytes.buffer).setBigUint64(1, position, true);
    return state.find(slot);
  };
  return {
    change(position) {
      const leaf = find(position);
      const value = state.value(leaf);
      const view = new DataView(value.buffer, value.byteOffset, value.length);
      const [height, amountAtoms] = [Number(state.word(leaf, 0)), state.word(leaf, 1)];
      return { height, amountAtoms, number: view.getUint32(16, true), kind: value[20]!, index: value[21]! };
    },
    setChange(position, change) {
      const leaf = find(position);
      if (change === null) {
        state.remove(leaf);
        return;
      }
      const value = new Uint8Array(TABLES.change.valueBytes);
      const view = new DataView(value.buffer);
      view.setBigUint64(0, BigInt(change.height), true);
      view.setBigUint64(8, change.amountAtoms, true);
      view.setUint32(16, change.number, true);
      value[20] = change.kind;
      value[21] = change.index;
      state.setValue(state.create(slot), value);
    },
  };
}

function offencesOf(state: State): Pick<StakeState, "hasOffence" | "addOffence"> {
  const slot = createKeySlot(TABLES.offence);
  const keyOf = (number: number, type: number, at: number): KeySlot => {
    const view = new DataView(slot.bytes.buffer);
    view.setUint32(1, number, true);
    view.setUint8(5, type);
    view.setBigUint64(6, BigInt(at), true);
    return slot;
  };
  return {
    hasOffence: (...key) => state.find(keyOf(...key)) >= 0,
    addOffence(number, type, at, penaltyAtoms) {
      state.setWord(state.create(keyOf(number, type, at)), 0, penaltyAtoms);
    },
  };
}
