/** What all parts of a lottery share. Nothing in it changes but what is remembered of tables. */
import { assertInvariant, type Hash } from "#base";
import type { TableSource } from "../engine.ts";
import { createEligibility, type Eligibility } from "./eligibility.ts";
import type { LotteryRules } from "./rules.ts";
import { createSlots, type Slots } from "./slots.ts";
import type { LotterySnapshot } from "./snapshot.ts";
import { createTables, type Tables, type TableView } from "./table-view.ts";
import type { Tally, TallyTables } from "./tally.ts";

export interface LotteryWorld {
  readonly rules: LotteryRules;
  readonly chainId: Hash;
  readonly slots: Slots;
  readonly tables: Tables;
  readonly eligibility: Eligibility;
}

export function createWorld(rules: LotteryRules, chainId: Hash, source: TableSource): LotteryWorld {
  const slots = createSlots(rules);
  const tables = createTables(source, rules.genesisTable, rules.fallback?.minEntries ?? 0);
  return { rules, chainId, slots, tables, eligibility: createEligibility(rules, { chainId, slots, tables }) };
}

/** A table that a block checked on its parent stands on. */
export function knownTable(tables: Tables, hash: Hash | null): TableView {
  const view = hash === null ? null : tables.load(hash);
  assertInvariant(view !== null, "the table of a block that was checked is missing");
  return view;
}

export function tablesOf(tables: Tables, tally: Tally): TallyTables {
  return { current: knownTable(tables, tally.current).main, before: knownTable(tables, tally.before).main };
}

/** With the present table also for the next epoch, where that of the next is not known yet. */
export function presumeTable(tables: Tables, snapshot: LotterySnapshot): LotterySnapshot {
  const { data } = snapshot;
  if (data.next !== null && tables.load(data.next) !== null) return snapshot;
  return { ...snapshot, data: { ...data, next: data.current } };
}
