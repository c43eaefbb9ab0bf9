/** What a transaction asks for, and what can be said of it without any state (rules TX-9 and TX-10). */
import {
  type Address,
  asAddress,
  blameSender,
  err,
  type Fault,
  type Hash,
  ok,
  type Result,
  readU64,
  toHex,
} from "#base";
import { decodeRecord, KIND_RECORD, KIND_TRANSFER, MAX_OUTPUTS, type PreparedTransaction } from "#model";
import { type ChainSpec, chainIdOf, type StakeSpec, stakeOf } from "#spec";
import { isStakeKind, proveRequest, readRequest, type StakeAction } from "./stake/stake-actions.ts";

const U64_END = 2n ** 64n;
/** An output as it lies in a transfer's payload (rule TX-5), read in place: every transfer of the network passes here. */
export const OUTPUT_BYTES = 28;
export const AMOUNT_AT = 20;
const WITHOUT_OUTPUTS = {
  payload: new Uint8Array(0),
  ...{ outputCount: 0, outputSumAtoms: 0n, bondAtoms: 0n, recordBurnAtoms: 0n },
  action: null,
};

/** What a transaction does, apart from what depends on the state. */
export interface Effect {
  readonly feeAtoms: bigint;
  /** The outputs, of {@link OUTPUT_BYTES} each. */
  readonly payload: Uint8Array;
  readonly outputCount: number;
  readonly outputSumAtoms: bigint;
  /** What it bonds. */
  readonly bondAtoms: bigint;
  /** What its record burns; the creation of accounts is not in it. */
  readonly recordBurnAtoms: bigint;
  /** Of bonds, where it is about them. */
  readonly action: StakeAction | null;
}

/** What can be said of transactions on one chain without its state. */
export interface TransactionRules {
  /**
   * Kind, payload, minimum fee, dust, sums and proofs, in this order.
   * @param tx decoded from its canonical bytes
   */
  read(tx: PreparedTransaction): Result<Effect, Fault>;
  /**
   * The most that a transaction can take from its sender: fee, amounts and burns, were it executed now.
   * @param exists whether an account is there already
   */
  cost(tx: PreparedTransaction, exists: (address: Address) => boolean): Result<bigint, Fault>;
}

export function createTransactionRules(spec: ChainSpec): TransactionRules {
  const stake = stakeOf(spec.engine);
  const readStake = stake === null ? null : createStakeReader(spec, stake, chainIdOf(spec));
  const read = (tx: PreparedTransaction): Result<Effect, Fault> => {
    const { kind } = tx.transaction;
    if (kind === KIND_TRANSFER) return readTransfer(spec, tx);
    if (kind === KIND_RECORD) return readRecord(spec, tx);
    return readStake !== null && isStakeKind(kind) ? readStake(tx) : err(blameSender("tx-kind", { kind }));
  };
  return {
    read,
    cost(tx, exists) {
      const effect = read(tx);
      if (!effect.ok) return effect;
      const { payload, outputCount } = effect.value;
      const isMissing = (i: number): boolean =>
        !exists(asAddress(payload.subarray(i * OUTPUT_BYTES, i * OUTPUT_BYTES + AMOUNT_AT)));
      return ok(effectCost(spec, effect.value, countAddresses(payload, outputCount, isMissing)));
    },
  };
}

/** @param created how many accounts would be new */
export function effectCost(spec: ChainSpec, effect: Effect, created: number): bigint {
  const known = effect.feeAtoms + effect.outputSumAtoms + effect.bondAtoms + effect.recordBurnAtoms;
  return created === 0 ? known : known + BigInt(created) * spec.fees.newAccountBurnAtoms;
}

/** How many different addresses the outputs have of which `counts` is true. */
export function countAddresses(payload: Uint8Array, outputCount: number, counts: (output: number) => boolean): number {
  if (outputCount === 1) return counts(0) ? 1 : 0;
  const addresses = new Set<string>();
  for (let i = 0; i < outputCount; i++)
    if (counts(i)) addresses.add(toHex(payload.subarray(i * OUTPUT_BYTES, i * OUTPUT_BYTES + AMOUNT_AT)));
  return addresses.size;
}

function readTransfer(spec: ChainSpec, tx: PreparedTransaction): Result<Effect, Fault> {
  const { payload, feeAtoms } = tx.transaction;
  const outputCount = payload.length / OUTPUT_BYTES;
  if (!Number.isInteger(outputCount) || outputCount < 1 || outputCount > MAX_OUTPUTS)
    return err(blameSender("transfer-malformed", { sizeBytes: payload.length }));
  const low = checkFee(spec, tx);
  if (low !== null) return err(low);
  const { minOutputAtoms } = spec.fees;
  let sum = 0n;
  for (let at = AMOUNT_AT; at < payload.length; at += OUTPUT_BYTES) {
    const amountAtoms = readU64(payload, at);
    if (amountAtoms < minOutputAtoms)
      return err(blameSender("transfer-dust", { amountAtoms: `${amountAtoms}`, minAtoms: `${minOutputAtoms}` }));
    sum += amountAtoms;
  }
  if (sum + feeAtoms >= U64_END) return err(blameSender("tx-overflow", { sumAtoms: `${sum + feeAtoms}` }));
  return ok({ feeAtoms, payload, outputCount, outputSumAtoms: sum, bondAtoms: 0n, recordBurnAtoms: 0n, action: null });
}

function readRecord(spec: ChainSpec, tx: PreparedTransaction): Result<Effect, Fault> {
  const record = decodeRecord(tx.transaction.payload);
  if (!record.ok) return record;
  const low = checkFee(spec, tx);
  if (low !== null) return err(low);
  const { feeAtoms } = tx.transaction;
  const recordBurnAtoms = BigInt(record.value.data.length) * spec.fees.recordBurnPerByteAtoms;
  if (recordBurnAtoms + feeAtoms >= U64_END)
    return err(blameSender("tx-overflow", { sumAtoms: `${recordBurnAtoms + feeAtoms}` }));
  return ok({ ...WITHOUT_OUTPUTS, feeAtoms, recordBurnAtoms });
}

/** Proofs cost signatures, so that each transaction's is looked at once. */
function createStakeReader(spec: ChainSpec, engine: StakeSpec, chainId: Hash): TransactionRules["read"] {
  const known = new WeakMap<PreparedTransaction, Result<Effect, Fault>>();
  const read = (tx: PreparedTransaction): Result<Effect, Fault> => {
    const request = readRequest(tx);
    if (!request.ok) return request;
    const low = checkFee(spec, tx);
    if (low !== null) return err(low);
    const { feeAtoms } = tx.transaction;
    const bondAtoms = request.value.kind === "bond" ? request.value.amountAtoms : 0n;
    if (bondAtoms + feeAtoms >= U64_END)
      return err(blameSender("tx-overflow", { sumAtoms: `${bondAtoms + feeAtoms}` }));
    const action = proveRequest(spec, engine, chainId, request.value, tx.from);
    return action.ok ? ok({ ...WITHOUT_OUTPUTS, feeAtoms, bondAtoms, action: action.value }) : action;
  };
  return (tx) => {
    const result = known.get(tx) ?? read(tx);
    known.set(tx, result);
    return result;
  };
}

function checkFee(spec: ChainSpec, tx: PreparedTransaction): Fault | null {
  const minAtoms = spec.fees.minFeePerByteAtoms * BigInt(tx.bytes.length);
  const { feeAtoms } = tx.transaction;
  return feeAtoms < minAtoms ? blameSender("tx-fee-low", { feeAtoms: `${feeAtoms}`, minAtoms: `${minAtoms}` }) : null;
}
