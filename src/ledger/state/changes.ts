/**
 * The changes of a block in the bytes in which they are kept: for each key
 * `tag u8 ‖ flags u8 (1 before, 2 after) ‖ key ‖ value before? ‖ value after?`. Not a rule of the protocol.
 */
import { concatBytes, OperationError } from "#base";
import { type Table, tableByTag } from "./tables.ts";

const BEFORE = 1;
const AFTER = 2;

/** The difference that one block makes, exact in both directions. */
export interface StateChanges {
  /** State keys with the value before and after; null = absent. In no particular order, each key once. */
  readonly entries: readonly {
    readonly key: Uint8Array;
    readonly before: Uint8Array | null;
    readonly after: Uint8Array | null;
  }[];
}

export type StateEntryChange = StateChanges["entries"][number];

/** Keeps the bytes; the entries are cut out when somebody asks. */
class PackedChanges implements StateChanges {
  readonly bytes: Uint8Array;
  #entries: readonly StateEntryChange[] | null = null;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get entries(): readonly StateEntryChange[] {
    this.#entries ??= [...readChanges(this.bytes)];
    return this.#entries;
  }
}

export function encodeChanges(changes: StateChanges): Uint8Array {
  if (changes instanceof PackedChanges) return changes.bytes;
  const writer = createChangesWriter(changes.entries.length);
  for (const { key, before, after } of changes.entries) {
    const table = tableByTag(key[0]!);
    if (table === null) throw new RangeError(`a state key with tag ${key[0]}`);
    writer.add(table, key.subarray(1), before, after);
  }
  return writer.finish().bytes;
}

/** The entries share memory with `bytes`. @throws OperationError `state-changes-damaged` */
export function decodeChanges(bytes: Uint8Array): StateChanges {
  for (const _ of readChanges(bytes));
  return new PackedChanges(bytes);
}

export interface ChangesWriter {
  /** @param key without the tag; may be longer than the table's keys, as may the values */
  add(table: Table, key: Uint8Array, before: Uint8Array | null, after: Uint8Array | null): void;
  finish(): PackedChanges;
}

/** @param count how many entries are expected */
export function createChangesWriter(count: number): ChangesWriter {
  let bytes: Uint8Array = new Uint8Array(count * 54);
  let at = 0;
  const put = (part: Uint8Array, length: number): void => {
    for (let i = 0; i < length; i++) bytes[at + i] = part[i]!;
    at += length;
  };
  return {
    add(table, key, before, after) {
      const most = 2 + table.keyBytes + 2 * table.valueBytes;
      if (at + most > bytes.length) bytes = concatBytes(bytes, new Uint8Array(bytes.length + most));
      bytes[at++] = table.tag;
      bytes[at++] = (before === null ? 0 : BEFORE) | (after === null ? 0 : AFTER);
      put(key, table.keyBytes);
      if (before !== null) put(before, table.valueBytes);
      if (after !== null) put(after, table.valueBytes);
    },
    finish: () => new PackedChanges(bytes.slice(0, at)),
  };
}

/** The keys carry their tags. */
export function* readChanges(bytes: Uint8Array): Generator<StateEntryChange> {
  for (let at = 0; at < bytes.length; ) {
    const table = tableByTag(bytes[at]!);
    const flags = bytes[at + 1] ?? 0;
    if (table === null || flags < 1 || flags > (BEFORE | AFTER)) throw damaged(at);
    const key = new Uint8Array(1 + table.keyBytes);
    key[0] = table.tag;
    key.set(bytes.subarray(at + 2, at + 2 + table.keyBytes), 1);
    at += 2 + table.keyBytes;
    const before = (flags & BEFORE) === 0 ? null : bytes.subarray(at, at + table.valueBytes);
    if (before !== null) at += table.valueBytes;
    const after = (flags & AFTER) === 0 ? null : bytes.subarray(at, at + table.valueBytes);
    if (after !== null) at += table.valueBytes;
    if (at > bytes.length) throw damaged(at);
    yield { key, before, after };
  }
}

function damaged(at: number): OperationError {
  return new OperationError("state-changes-damaged", `the stored changes of a block are damaged at byte ${at}`);
}
