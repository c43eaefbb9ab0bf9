/** The tables of the state: what a key and a value look like in each (rules STATE-1 and STATE-2). */
import { type Address, assertInvariant, utf8 } from "#base";
import { CREDIT_REASONS, type Credit, type CreditReason } from "#model";

/** Tags are part of the protocol: never renumber, never reuse. */
export const TAG = {
  ...{ account: 1, maturing: 2, supply: 3 },
  ...{ validator: 4, owner: 5, signer: 6, change: 7, unbonding: 8, offence: 9, stake: 10 },
} as const;
export type TableName = keyof typeof TAG;

export interface Table {
  readonly name: TableName;
  readonly tag: number;
  readonly keyBytes: number;
  readonly valueBytes: number;
  /** 32 bytes: what the path of a key begins with. */
  readonly label: Uint8Array;
}

/** A key with its tag is held in this many bytes, zeros behind it. */
export const KEY_SLOT_BYTES = 24;
/** No key with its tag is longer. */
export const MAX_KEY_BYTES = 21;
/** A value is held in this many bytes, zeros behind it. */
export const VALUE_SLOT_BYTES = 32;

/** 64-bit words of an account's value. */
export const NONCE = 0;
export const BALANCE = 1;
/** 64-bit words of the supply's value. */
export const ISSUED = 0;
export const BURNED = 1;

export const TABLES: Readonly<Record<TableName, Table>> = {
  /** address → nonce u64 ‖ balance u64 */
  account: defineTable("account", 20, 16),
  /** height u64 ‖ index u32 → address ‖ amount u64 ‖ reason u8 */
  maturing: defineTable("maturing", 12, 29),
  /** (empty) → issued u64 ‖ burned u64 */
  supply: defineTable("supply", 0, 16),
  /** number u32 ‖ part u8 → one part of a validator's record: see validator-fields.ts */
  validator: defineTable("validator", 5, 32),
  /** address → number u32 */
  owner: defineTable("owner", 20, 4),
  /** first 20 bytes of a hash of a signing key → number u32 */
  signer: defineTable("signer", 20, 4),
  /** position u64 → height u64 ‖ amount u64 ‖ number u32 ‖ kind u8 ‖ index u8 */
  change: defineTable("change", 8, 22),
  /** number u32 ‖ index u8 → amount u64 ‖ epoch u64 */
  unbonding: defineTable("unbonding", 5, 16),
  /** number u32 ‖ type u8 ‖ slot or epoch u64 → penalty u64 */
  offence: defineTable("offence", 13, 8),
  /** part u8 → what there is once for all validators: see validator-fields.ts */
  stake: defineTable("stake", 1, 32),
};

const BY_TAG: readonly (Table | undefined)[] = [undefined, ...Object.values(TABLES)];
const REASONS = Object.entries(CREDIT_REASONS) as readonly [CreditReason, number][];

export function tableByTag(tag: number): Table | null {
  return BY_TAG[tag] ?? null;
}

/** The key of one credit that block `height` gave, without its tag. */
export function maturingKey(height: number, index: number): Uint8Array {
  const key = new Uint8Array(TABLES.maturing.keyBytes);
  const view = new DataView(key.buffer);
  view.setBigUint64(0, BigInt(height), true);
  view.setUint32(8, index, true);
  return key;
}

export function encodeMaturing(credit: Credit): Uint8Array {
  const value = new Uint8Array(TABLES.maturing.valueBytes);
  value.set(credit.to);
  new DataView(value.buffer).setBigUint64(20, credit.amountAtoms, true);
  value[28] = CREDIT_REASONS[credit.reason];
  return value;
}

/** @param value as {@link encodeMaturing} made it */
export function decodeMaturing(value: Uint8Array): Credit {
  const reason = REASONS.find(([, number]) => number === value[28]);
  assertInvariant(reason !== undefined, `a maturing credit has reason ${value[28]}`);
  const amountAtoms = new DataView(value.buffer, value.byteOffset).getBigUint64(20, true);
  return { to: value.slice(0, 20) as Address, amountAtoms, reason: reason[0] };
}

function defineTable(name: TableName, keyBytes: number, valueBytes: number): Table {
  const label = new Uint8Array(32);
  label.set(utf8(`agon/state/${name}`));
  return { name, tag: TAG[name], keyBytes, valueBytes, label };
}
