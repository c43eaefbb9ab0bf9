/** Executes one block on the state, step by step, in the order of rule TX-14; both `apply` and `draft` go through here. */
import { assertInvariant, blameNobody, blameSender, type Fault } from "#base";
import { type Credit, MAX_OUTPUTS, type PreparedTransaction } from "#model";
import type { ChainSpec } from "#spec";
import { createKeySlot, setKey, setKeyAt } from "./state/key-slot.ts";
import type { State } from "./state/state.ts";
import { BALANCE, BURNED, decodeMaturing, encodeMaturing, ISSUED, maturingKey, NONCE, TABLES } from "./state/tables.ts";
import { AMOUNT_AT, countAddresses, type Effect, effectCost, OUTPUT_BYTES, readEffect } from "./transaction-rules.ts";

export interface Execution {
  /** First: pays out what matures at this height. */
  mature(): void;
  /** Executes one transaction, or changes nothing. */
  transact(tx: PreparedTransaction): Fault | null;
  feesAtoms(): bigint;
  /** Last: writes the block's credits and the supply. @returns the credits written */
  close(rewards: (feesAtoms: bigint) => readonly Credit[]): readonly Credit[];
}

export function createExecution(spec: ChainSpec, state: State, height: number): Execution {
  const account = createKeySlot(TABLES.account);
  const maturing = createKeySlot(TABLES.maturing);
  /** Of the outputs of the present transaction. */
  const leaves = new Int32Array(MAX_OUTPUTS);
  const { newAccountBurnAtoms } = spec.fees;
  let feesAtoms = 0n;
  let burnedAtoms = 0n;

  /** The key stays in the slot, for `create`. */
  const find = (bytes: Uint8Array, at: number): number => state.find(setKeyAt(account, bytes, at));
  const create = (): number => {
    burnedAtoms += newAccountBurnAtoms;
    return state.create(account);
  };
  const pay = (leaf: number, atoms: bigint): void => state.setWord(leaf, BALANCE, state.word(leaf, BALANCE) + atoms);

  /** A credit to an account that is not there pays for its creation, and is burned whole when it cannot (rule TX-12). */
  const payCredit = ({ to, amountAtoms }: Credit): void => {
    const leaf = find(to, 0);
    if (leaf >= 0) pay(leaf, amountAtoms);
    else if (amountAtoms < newAccountBurnAtoms) burnedAtoms += amountAtoms;
    else pay(create(), amountAtoms - newAccountBurnAtoms);
  };

  /** Looks the outputs' accounts up. @returns how many there are still to be made */
  const findOutputs = ({ payload, outputCount }: Effect): number => {
    let missing = 0;
    for (let i = 0; i < outputCount; i++) {
      leaves[i] = find(payload, i * OUTPUT_BYTES);
      if (leaves[i]! < 0) missing++;
    }
    return missing < 2 ? missing : countAddresses(payload, outputCount, (i) => leaves[i]! < 0);
  };

  const payOutputs = ({ payload, outputCount }: Effect): void => {
    const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
    for (let i = 0; i < outputCount; i++) {
      // An output before this one may have made the account.
      let leaf = leaves[i]! >= 0 ? leaves[i]! : find(payload, i * OUTPUT_BYTES);
      if (leaf < 0) leaf = create();
      pay(leaf, view.getBigUint64(i * OUTPUT_BYTES + AMOUNT_AT, true));
    }
  };

  return {
    mature() {
      const given = height - spec.rewards.maturityBlocks;
      if (given < 0) return;
      for (let index = 0; ; index++) {
        const leaf = state.find(setKey(maturing, maturingKey(given, index)));
        if (leaf < 0) return;
        const credit = decodeMaturing(state.value(leaf));
        state.remove(leaf);
        payCredit(credit);
      }
    },

    transact(tx) {
      const read = readEffect(spec, tx);
      if (!read.ok) return read.error;
      const effect = read.value;
      const sender = find(tx.from, 0);
      if (sender < 0) return blameNobody("tx-sender-unknown");
      const { nonce } = tx.transaction;
      const expected = state.word(sender, NONCE);
      if (BigInt(nonce) !== expected)
        return blameNobody(nonce < expected ? "tx-nonce-used" : "tx-nonce-gap", { nonce, expected: Number(expected) });
      const cost = effectCost(spec, effect, findOutputs(effect));
      const balance = state.word(sender, BALANCE);
      if (balance < cost) return blameNobody("tx-overspend", { balanceAtoms: `${balance}`, neededAtoms: `${cost}` });

      state.setWord(sender, NONCE, expected + 1n);
      state.setWord(sender, BALANCE, balance - cost);
      payOutputs(effect);
      burnedAtoms += effect.recordBurnAtoms;
      feesAtoms += effect.feeAtoms;
      return null;
    },

    feesAtoms: () => feesAtoms,

    close(rewards) {
      const credits = rewards(feesAtoms).filter(({ amountAtoms }) => amountAtoms !== 0n);
      let credited = 0n;
      credits.forEach((credit, index) => {
        assertInvariant(credit.amountAtoms > 0n, "the engine gave a negative credit");
        credited += credit.amountAtoms;
        state.setValue(state.create(setKey(maturing, maturingKey(height, index))), encodeMaturing(credit));
      });
      const issued = credited > feesAtoms ? credited - feesAtoms : 0n;
      burnedAtoms += credited < feesAtoms ? feesAtoms - credited : 0n;
      if (issued !== 0n || burnedAtoms !== 0n)
        addSupply(state, state.find(createKeySlot(TABLES.supply)), issued, burnedAtoms);
      return credits;
    },
  };
}

/** What a fault of a transaction means when a block holds it: whoever made the block could have known. */
export function asBlockFault(fault: Fault): Fault {
  return fault.detail === undefined ? blameSender(fault.code) : blameSender(fault.code, fault.detail);
}

function addSupply(state: State, leaf: number, issuedAtoms: bigint, burnedAtoms: bigint): void {
  const issued = state.word(leaf, ISSUED) + issuedAtoms;
  const burned = state.word(leaf, BURNED) + burnedAtoms;
  // The specification keeps whatever can be issued below 2^63 (rule SPEC-4).
  assertInvariant(issued < 2n ** 63n && burned <= issued, `supply of ${issued} issued and ${burned} burned atoms`);
  state.setWord(leaf, ISSUED, issued);
  state.setWord(leaf, BURNED, burned);
}
