/** What a transaction asks for, and what can be said of it without any state (rules TX-9 and TX-10). */
import { type Address, blameSender, err, type Fault, ok, type Result, toHex } from "#base";
import {
  decodeRecord,
  decodeTransfer,
  KIND_RECORD,
  KIND_TRANSFER,
  type Output,
  type PreparedTransaction,
} from "#model";
import type { ChainSpec } from "#spec";

const U64_END = 2n ** 64n;
const NO_OUTPUTS: readonly Output[] = [];

/** What a transaction does, apart from what depends on the state. */
export interface Effect {
  readonly feeAtoms: bigint;
  readonly outputs: readonly Output[];
  readonly outputSumAtoms: bigint;
  /** What its record burns; the creation of accounts is not in it. */
  readonly recordBurnAtoms: bigint;
}

/**
 * Kind, payload, minimum fee, dust and sums, in this order.
 * @param tx decoded from its canonical bytes
 */
export function checkStateless(spec: ChainSpec, tx: PreparedTransaction): Result<void, Fault> {
  const effect = readEffect(spec, tx);
  return effect.ok ? ok(undefined) : effect;
}

/**
 * The most that a transaction can take from its sender: fee, amounts and burns, were it executed now.
 * @param exists whether an account is there already
 */
export function transactionCost(
  spec: ChainSpec,
  tx: PreparedTransaction,
  exists: (address: Address) => boolean,
): Result<bigint, Fault> {
  const effect = readEffect(spec, tx);
  return effect.ok ? ok(effectCost(spec, effect.value, exists)) : effect;
}

export function readEffect(spec: ChainSpec, tx: PreparedTransaction): Result<Effect, Fault> {
  const { kind } = tx.transaction;
  if (kind === KIND_TRANSFER) return readTransfer(spec, tx);
  if (kind === KIND_RECORD) return readRecord(spec, tx);
  return err(blameSender("tx-kind", { kind }));
}

/** Fee, amounts, and burns of the record and of each account that would be new. */
export function effectCost(spec: ChainSpec, effect: Effect, exists: (address: Address) => boolean): bigint {
  const known = effect.feeAtoms + effect.outputSumAtoms + effect.recordBurnAtoms;
  const missing = effect.outputs.filter(({ to }) => !exists(to));
  if (missing.length === 0) return known;
  // One output is the rule and needs no set.
  const created = missing.length === 1 ? 1 : new Set(missing.map(({ to }) => toHex(to))).size;
  return known + BigInt(created) * spec.fees.newAccountBurnAtoms;
}

function readTransfer(spec: ChainSpec, tx: PreparedTransaction): Result<Effect, Fault> {
  const outputs = decodeTransfer(tx.transaction.payload);
  if (!outputs.ok) return outputs;
  const low = checkFee(spec, tx);
  if (low !== null) return err(low);
  const { feeAtoms } = tx.transaction;
  let sum = 0n;
  for (const { amountAtoms } of outputs.value) {
    if (amountAtoms < spec.fees.minOutputAtoms)
      return err(
        blameSender("transfer-dust", { amountAtoms: `${amountAtoms}`, minAtoms: `${spec.fees.minOutputAtoms}` }),
      );
    sum += amountAtoms;
  }
  if (sum + feeAtoms >= U64_END) return err(blameSender("tx-overflow", { sumAtoms: `${sum + feeAtoms}` }));
  return ok({ feeAtoms, outputs: outputs.value, outputSumAtoms: sum, recordBurnAtoms: 0n });
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
  return ok({ feeAtoms, outputs: NO_OUTPUTS, outputSumAtoms: 0n, recordBurnAtoms });
}

function checkFee(spec: ChainSpec, tx: PreparedTransaction): Fault | null {
  const minAtoms = spec.fees.minFeePerByteAtoms * BigInt(tx.bytes.length);
  const { feeAtoms } = tx.transaction;
  return feeAtoms < minAtoms ? blameSender("tx-fee-low", { feeAtoms: `${feeAtoms}`, minAtoms: `${minAtoms}` }) : null;
}
