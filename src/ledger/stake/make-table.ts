/** The table that an epoch step makes: who may be drawn in the next epoch (rules STAKE-4 and STAKE-14). */
import { asKey, compareBytes, type Key } from "#base";
import { createEpochTable, type EpochTable, type TableEntry } from "#model";
import type { StakeContext } from "./stake-context.ts";
import { countOf, isJailed, type StakeState } from "./stake-state.ts";
import { FIELD, LEAKED, PART, STANDING } from "./validator-fields.ts";
import type { Candidate } from "./weights.ts";

/**
 * @param epoch that begins; the table is in force from the next one on
 * @param isStuck nothing has become final for so long that those who do not vote must leave
 */
export function makeTable(context: StakeContext, epoch: number, isStuck: boolean): EpochTable {
  const { state, stake, weights, engine } = context;
  const able = candidates(stake, epoch + 1);
  const isAbsent = ({ number }: Candidate): boolean =>
    stake.hasFlag(number, STANDING) && stake.int(number, FIELD.missed) >= engine.leakEpochs;
  const absent = isStuck ? able.filter(isAbsent) : [];
  const leaves = absent.length > 0 && absent.length < able.length;
  if (leaves) for (const { number } of absent) stake.setFlag(number, LEAKED, true);
  const present = leaves ? able.filter(({ number }) => !stake.hasFlag(number, LEAKED)) : able;
  const weighed = weights.weigh(state, present, epoch);
  if (weighed.length === 0) return createEpochTable(sorted(lastMembers(stake)));
  const chosen = new Set(weighed.map(({ number }) => number));
  for (let number = 0, end = countOf(stake); number < end; number++)
    setStanding(stake, number, chosen.has(number), epoch + 1);
  // Even if nobody leaves now: so much may have changed at once that no majority of the table before can come any more.
  return createEpochTable(sorted(weighed), { leaked: isStuck });
}

/** By ascending numbers. */
function candidates(stake: StakeState, tableEpoch: number): Candidate[] {
  const able: Candidate[] = [];
  for (let number = 0, end = countOf(stake); number < end; number++) {
    const bondAtoms = stake.activeAtoms(number);
    if (bondAtoms === 0n || stake.hasFlag(number, LEAKED) || isJailed(stake, number, tableEpoch)) continue;
    able.push({ number, key: keyOf(stake, number), bondAtoms });
  }
  return able;
}

/** A chain never has an empty table: without anybody else those of the last one stay, if with next to nothing. */
function lastMembers(stake: StakeState): TableEntry[] {
  const entries: TableEntry[] = [];
  for (let number = 0, end = countOf(stake); number < end; number++) {
    if (!stake.hasFlag(number, STANDING)) continue;
    const active = stake.activeAtoms(number);
    entries.push({ key: keyOf(stake, number), weight: active > 0n ? active : 1n });
  }
  return entries;
}

/** Whoever enters the tables begins with a clean slate. */
function setStanding(stake: StakeState, number: number, stands: boolean, fromEpoch: number): void {
  if (stake.hasFlag(number, STANDING) === stands) return;
  stake.setFlag(number, STANDING, stands);
  if (!stands) return;
  stake.set(number, FIELD.sinceEpoch, BigInt(fromEpoch));
  stake.set(number, FIELD.missed, 0n);
}

/** By their keys, of which the first four bytes mostly decide. */
function sorted(entries: readonly TableEntry[]): TableEntry[] {
  const headed = entries.map(({ key, weight }) => ({ head: headOf(key), entry: { key, weight } }));
  headed.sort((a, b) => a.head - b.head || compareBytes(a.entry.key, b.entry.key));
  return headed.map(({ entry }) => entry);
}

function headOf(key: Key): number {
  return ((key[0]! << 24) | (key[1]! << 16) | (key[2]! << 8) | key[3]!) >>> 0;
}

function keyOf(stake: StakeState, number: number): Key {
  return asKey(stake.part(number, PART.signingKey).slice());
}
