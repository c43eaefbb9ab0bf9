/** The entries of the state that only chains of stake have (rules STATE-1, STATE-2). */
import { ascii, padded, sha256, u32, u64 } from "../bytes.ts";
import type { StateTree, Table } from "../state-tree.ts";
import type { Validator, Validators } from "./validators.ts";

interface Entry {
  readonly table: Table;
  readonly key: Buffer;
  readonly value: Buffer;
}

/** Writes what differs from what it wrote before. */
export class StakeEntries {
  #written = new Map<string, Entry>();

  write(validators: Validators, tree: StateTree): void {
    const entries = new Map<string, Entry>();
    for (const entry of entriesOf(validators)) entries.set(`${entry.table} ${entry.key.toString("hex")}`, entry);
    for (const [name, { table, key }] of this.#written) if (!entries.has(name)) tree.remove(table, key);
    for (const [name, { table, key, value }] of entries)
      if (this.#written.get(name)?.value.equals(value) !== true) tree.set(table, key, value);
    this.#written = entries;
  }
}

function* entriesOf(validators: Validators): Generator<Entry> {
  const { all, changes, nextChange, offences } = validators;
  for (const validator of all) {
    yield { table: "owner", key: validator.owner, value: u32(validator.number) };
    for (const [part, value] of partsOf(validator))
      yield { table: "validator", key: numbered(validator, part), value: padded(value, 32) };
    for (const [index, { atoms, epoch }] of validator.unbondings)
      yield { table: "unbonding", key: numbered(validator, index), value: words(atoms, epoch) };
  }
  for (const [hex, { number }] of validators.signers()) {
    const key = sha256(ascii("agon/signer/v1"), Buffer.from(hex, "hex")).subarray(0, 20);
    yield { table: "signer", key, value: u32(number) };
  }
  const oldest = nextChange - BigInt(changes.length);
  for (const [i, { height, atoms, validator, kind, index }] of changes.entries()) {
    const value = Buffer.concat([words(height, atoms), u32(validator.number), Buffer.from([kind, index])]);
    yield { table: "change", key: u64(oldest + BigInt(i)), value };
  }
  for (const { validator, type, at, penalty } of offences.values())
    yield { table: "offence", key: Buffer.concat([numbered(validator, type), u64(at)]), value: u64(penalty) };
  const { pool, stepEpoch, finalEpoch, stepsSinceFinal } = validators;
  const single = [words(BigInt(all.length), pool, oldest, nextChange), words(stepEpoch, finalEpoch, stepsSinceFinal)];
  for (const [part, value] of single.entries())
    yield { table: "stake", key: Buffer.from([part]), value: padded(value, 32) };
}

function* partsOf(validator: Validator): Generator<readonly [part: number, value: Buffer]> {
  const { owner, key, tip, nextTip, nextTipFrom, bonded, incoming, leaving, slashed } = validator;
  const { votedEpoch, votes, blocks, missed, freeFrom, standsFrom } = validator;
  yield [0, owner];
  yield [1, key];
  yield [2, tip];
  if (nextTipFrom > 0n) yield [3, nextTip];
  yield [4, words(bonded, incoming, leaving, slashed)];
  yield [5, words(votedEpoch, votes, blocks, missed)];
  yield [6, words(freeFrom, standsFrom, nextTipFrom, flagsOf(validator))];
}

function flagsOf({ isLeaked, isStanding, unbondings }: Validator): bigint {
  let flags = (isLeaked ? 1n : 0n) | (isStanding ? 2n : 0n);
  for (const index of unbondings.keys()) flags |= 1n << BigInt(16 + index);
  return flags;
}

const words = (...values: readonly bigint[]): Buffer => Buffer.concat(values.map(u64));

const numbered = ({ number }: Validator, last: number): Buffer => Buffer.concat([u32(number), Buffer.from([last])]);
