/** The table of a chain's first two epochs: the validators of its specification (rule STAKE-4). */
import { asKey, assertInvariant, compareBytes, fromHex, type Key } from "#base";
import { createEpochTable, type EpochTable } from "#model";
import type { StakeSpec } from "./chain-spec.ts";

export function genesisTable({ validators }: Pick<StakeSpec, "validators">): EpochTable {
  const entries = validators.map(({ signingKey, bondAtoms }) => ({ key: keyOf(signingKey), weight: bondAtoms }));
  return createEpochTable(entries.sort((a, b) => compareBytes(a.key, b.key)));
}

function keyOf(hex: string): Key {
  const bytes = fromHex(hex);
  assertInvariant(bytes !== null, "the specification was parsed");
  return asKey(bytes);
}
