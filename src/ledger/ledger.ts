/** The ledger: the state of one chain at one block, and the rules that move it (rules TX-9 to TX-14). */
import { type Address, assertInvariant, err, type Hash, ok } from "#base";
import type { Account } from "#model";
import type { ChainSpec } from "#spec";
import { checkBlockLimits } from "./block-limits.ts";
import { draftBlock } from "./draft.ts";
import { asBlockFault, createExecution } from "./execution.ts";
import { writeGenesis } from "./genesis.ts";
import { createLedgerRules } from "./ledger-rules.ts";
import { isStakeKind } from "./stake/stake-actions.ts";
import { createStakeState } from "./stake/stake-state.ts";
import { createStakeView } from "./stake/stake-view.ts";
import { createKeySlot, setKey } from "./state/key-slot.ts";
import { PAGE_LEAVES } from "./state/pages.ts";
import { prove } from "./state/proof.ts";
import { State } from "./state/state.ts";
import { BALANCE, decodeMaturing, NONCE, TABLES, tableByTag } from "./state/tables.ts";
import { checkSupply, readSupply } from "./supply.ts";
import type {
  Applied,
  BlockFault,
  BlockInput,
  Ledger,
  LedgerOptions,
  LedgerStorage,
  Maturing,
  StateEntry,
} from "./types.ts";

type Outcome = ReturnType<Ledger["apply"]>;

/**
 * The ledger of a chain, at its genesis.
 * @param spec as parsed: supply and maturity are in bounds
 */
export function createLedger(spec: ChainSpec, options: LedgerOptions = {}): Ledger & LedgerStorage {
  const stateOptions = { indexSeed: options.indexSeed ?? 0, capacity: options.capacity ?? 1024 };
  const rules = createLedgerRules(spec);
  const slot = createKeySlot(TABLES.account);
  let state = new State(stateOptions);
  writeGenesis(spec, state);
  /** Of the present state; null while nobody has asked for it since the last move. */
  let root: Hash | null = null;

  const currentRoot = (): Hash => {
    root ??= state.root();
    return root;
  };

  const execute = (
    input: BlockInput,
  ):
    | { readonly ok: true; readonly value: Omit<Applied, "changes"> }
    | { readonly ok: false; readonly error: BlockFault } => {
    const limit = checkBlockLimits(spec, input.transactions, input.votes.length);
    if (limit !== null) return err({ fault: limit, index: null });
    const execution = createExecution(rules, state, input.height);
    execution.mature();
    const refused = execution.follow(input.orders, input.votes);
    if (refused !== null) return err({ fault: refused, index: null });
    for (let index = 0; index < input.transactions.length; index++) {
      const fault = execution.transact(input.transactions[index]!);
      if (fault !== null) return err({ fault: asBlockFault(fault), index });
    }
    const credits = execution.close(input.rewards);
    return ok({ root: state.root(), feesAtoms: execution.feesAtoms(), credits, outcomes: execution.outcomes() });
  };

  const apply = (input: BlockInput): Outcome => {
    let executed: ReturnType<typeof execute>;
    try {
      executed = execute(input);
    } catch (error) {
      state.rollback();
      throw error;
    }
    if (!executed.ok) {
      state.rollback();
      return executed;
    }
    root = executed.value.root;
    return ok({ ...executed.value, changes: state.takeChanges() });
  };

  return {
    get root() {
      return currentRoot();
    },
    account(address): Account | null {
      const leaf = state.find(setKey(slot, address));
      if (leaf < 0) return null;
      return { nonce: Number(state.word(leaf, NONCE)), balanceAtoms: state.word(leaf, BALANCE) };
    },
    supply: () => readSupply(state),
    maturing: (address) => readMaturing(state, address, spec.rewards.maturityBlocks),
    stake: rules.stake === null ? null : createStakeView(rules.stake.engine, () => createStakeState(state)),
    apply,
    revert(changes) {
      root = null;
      state.move(changes, "backwards");
    },
    replay(changes) {
      root = null;
      state.move(changes, "forwards");
    },
    draft(input) {
      // A draft leaves leaves to be hashed again, but not another root.
      currentRoot();
      return draftBlock(rules, state, input);
    },
    refusal(tx) {
      if (rules.stake === null || !isStakeKind(tx.transaction.kind)) return null;
      currentRoot();
      try {
        return createExecution(rules, state, 0).attempt(tx);
      } finally {
        state.rollback();
      }
    },
    takeDirtyPages: () => state.takeDirtyPages(),
    markDirty: (pages) => state.markDirty(pages),
    loadPages(pages) {
      const all = [...pages];
      const loaded = new State({
        ...stateOptions,
        capacity: Math.max(stateOptions.capacity, all.length * PAGE_LEAVES),
      });
      loaded.load(all);
      assertInvariant(loaded.find(createKeySlot(TABLES.supply)) >= 0, "a stored state has no supply");
      root = loaded.root();
      state = loaded;
      return root;
    },
    prove(table, key) {
      state.root();
      return prove(state, table, key);
    },
    entries: () => readEntries(state),
    stats() {
      const accounts = state.leafCountOf(TABLES.account);
      return { accounts, leaves: state.leafCount, nodes: state.nodeCount, bytes: state.reservedBytes };
    },
    checkSupply: () => checkSupply(state),
  };
}

/** The root of a chain's genesis, for its header. */
export function genesisRoot(spec: ChainSpec): Hash {
  return createLedger(spec).root;
}

/** By height, then by index. */
function readMaturing(state: State, address: Address, maturityBlocks: number): readonly Maturing[] {
  const found: { readonly order: number; readonly maturing: Maturing }[] = [];
  for (const leaf of state.maturing) {
    const credit = decodeMaturing(state.value(leaf));
    if (credit.to.some((byte, i) => byte !== address[i])) continue;
    const key = state.key(leaf).slice();
    const view = new DataView(key.buffer);
    const height = Number(view.getBigUint64(1, true));
    found.push({ order: view.getUint32(9, true), maturing: { atHeight: height + maturityBlocks, credit } });
  }
  found.sort((a, b) => a.maturing.atHeight - b.maturing.atHeight || a.order - b.order);
  return found.map(({ maturing }) => maturing);
}

function* readEntries(state: State): Generator<StateEntry> {
  for (const leaf of state.leaves()) {
    const { name, keyBytes, valueBytes } = tableByTag(state.key(leaf)[0]!)!;
    const key = state.key(leaf).slice(1, 1 + keyBytes);
    yield { table: name, key, value: state.value(leaf).slice(0, valueBytes) };
  }
}
