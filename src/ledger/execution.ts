/** Executes one block on the state, step by step, in the order of rule TX-14; both `apply` and `draft` go through here. */
import { assertInvariant, blameNobody, blameSender, equalBytes, type Fault, readU64 } from "#base";
import {
  type BlockOrders,
  type Credit,
  MAX_OUTPUTS,
  type Outcome,
  type PreparedTransaction,
  VOTER_POOL,
  type Vote,
} from "#model";
import type { LedgerRules } from "./ledger-rules.ts";
import { runEpochStep } from "./stake/epoch-step.ts";
import { recordLeader, recordVotes } from "./stake/leader-and-votes.ts";
import { act } from "./stake/stake-actions.ts";
import type { StakeContext } from "./stake/stake-context.ts";
import { createStakeState } from "./stake/stake-state.ts";
import { COUNTER } from "./stake/validator-fields.ts";
import { createKeySlot, setKey, setKeyAt } from "./state/key-slot.ts";
import type { State } from "./state/state.ts";
import { BALANCE, BURNED, decodeMaturing, encodeMaturing, ISSUED, maturingKey, NONCE, TABLES } from "./state/tables.ts";
import { AMOUNT_AT, countAddresses, type Effect, effectCost, OUTPUT_BYTES } from "./transaction-rules.ts";

export interface Execution {
  /** First: pays out what matures at this height. */
  mature(): void;
  /** Second: what the engine asks for. After a fault the state must be taken back. */
  follow(orders: BlockOrders | null, votes: readonly Vote[]): Fault | null;
  /** Executes one transaction, or changes nothing. */
  transact(tx: PreparedTransaction): Fault | null;
  /** Tries only what a transaction asks of bonds; afterwards the state must be taken back. */
  attempt(tx: PreparedTransaction): Fault | null;
  feesAtoms(): bigint;
  outcomes(): readonly Outcome[];
  /** Last: writes the engine's credits and the supply. @returns all credits of the block */
  close(rewards: (feesAtoms: bigint) => readonly Credit[]): readonly Credit[];
}

export function createExecution({ spec, transactions, stake }: LedgerRules, state: State, height: number): Execution {
  const account = createKeySlot(TABLES.account);
  const maturing = createKeySlot(TABLES.maturing);
  /** Of the outputs of the present transaction; made when there is one. */
  let leaves: Int32Array | null = null;
  const { newAccountBurnAtoms } = spec.fees;
  let feesAtoms = 0n;
  let burnedAtoms = 0n;
  const outcomes: Outcome[] = [];
  const credits: Credit[] = [];
  let maturingCount = 0;

  const give = (credit: Credit): void => {
    assertInvariant(credit.amountAtoms >= 0n, "a credit is negative");
    if (credit.amountAtoms === 0n) return;
    const key = maturingKey(height, maturingCount++);
    state.setValue(state.create(setKey(maturing, key)), encodeMaturing(credit));
    credits.push(credit);
  };
  const burn = (atoms: bigint): void => {
    burnedAtoms += atoms;
  };
  const context: StakeContext | null =
    stake === null ? null : { ...stake, height, state, stake: createStakeState(state), give, burn };

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

  /** Divided at an epoch step, and not before. */
  const fillPool = (credit: Credit): void => {
    assertInvariant(context !== null && equalBytes(credit.to, VOTER_POOL), "a credit for voters goes elsewhere");
    if (credit.amountAtoms === 0n) return;
    const pool = context.stake.counter(COUNTER.voterPool);
    context.stake.setCounter(COUNTER.voterPool, pool + credit.amountAtoms);
    credits.push(credit);
  };

  /** Looks the outputs' accounts up. @returns how many there are still to be made */
  const findOutputs = ({ payload, outputCount }: Effect, found: Int32Array): number => {
    let missing = 0;
    for (let i = 0; i < outputCount; i++) {
      found[i] = find(payload, i * OUTPUT_BYTES);
      if (found[i]! < 0) missing++;
    }
    return missing < 2 ? missing : countAddresses(payload, outputCount, (i) => found[i]! < 0);
  };

  const payOutputs = ({ payload, outputCount }: Effect, found: Int32Array): void => {
    for (let i = 0; i < outputCount; i++) {
      // An output before this one may have made the account.
      let leaf = found[i]! >= 0 ? found[i]! : find(payload, i * OUTPUT_BYTES);
      if (leaf < 0) leaf = create();
      pay(leaf, readU64(payload, i * OUTPUT_BYTES + AMOUNT_AT));
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

    follow(orders, votes) {
      if (context === null || orders === null) {
        assertInvariant(context === null && orders === null && votes.length === 0, "orders on a chain without bonds");
        return null;
      }
      const made = orders.step === null ? null : runEpochStep(context, orders.step);
      if (made !== null) outcomes.push(made);
      assertInvariant(BigInt(orders.epoch) === context.stake.counter(COUNTER.epoch), "an epoch began without its step");
      return recordLeader(context.stake, orders) ?? recordVotes(context, votes, orders.epoch);
    },

    transact(tx) {
      const read = transactions.read(tx);
      if (!read.ok) return read.error;
      const effect = read.value;
      const sender = find(tx.from, 0);
      if (sender < 0) return blameNobody("tx-sender-unknown");
      const { nonce } = tx.transaction;
      const expected = state.word(sender, NONCE);
      if (BigInt(nonce) !== expected)
        return blameNobody(nonce < expected ? "tx-nonce-used" : "tx-nonce-gap", { nonce, expected: Number(expected) });
      leaves ??= new Int32Array(MAX_OUTPUTS);
      const cost = effectCost(spec, effect, findOutputs(effect, leaves));
      const balance = state.word(sender, BALANCE);
      if (balance < cost) return blameNobody("tx-overspend", { balanceAtoms: `${balance}`, neededAtoms: `${cost}` });
      if (effect.action !== null) {
        const fault = act(context!, effect.action, tx.from, tx.transaction.sender);
        if (fault !== null) return fault;
      }

      state.setWord(sender, NONCE, expected + 1n);
      state.setWord(sender, BALANCE, balance - cost);
      payOutputs(effect, leaves);
      burnedAtoms += effect.recordBurnAtoms;
      feesAtoms += effect.feeAtoms;
      return null;
    },

    attempt(tx) {
      const effect = transactions.read(tx);
      if (!effect.ok) return effect.error;
      const { action } = effect.value;
      return action === null ? null : act(context!, action, tx.from, tx.transaction.sender);
    },

    feesAtoms: () => feesAtoms,

    outcomes: () => outcomes,

    close(rewards) {
      let credited = 0n;
      for (const credit of rewards(feesAtoms)) {
        credited += credit.amountAtoms;
        if (credit.reason === "voter-pool") fillPool(credit);
        else give(credit);
      }
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
