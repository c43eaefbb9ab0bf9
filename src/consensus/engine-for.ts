import type { Hash } from "#base";
import type { ChainSpec } from "#spec";
import type { Engine, TableSource } from "./engine.ts";
import { createPosEngine } from "./lottery/pos/pos-engine.ts";
import { createPowEngine } from "./pow/pow-engine.ts";

/** The tables of a chain of which nothing was executed yet. */
const NO_TABLES: TableSource = { load: () => null };

/** The engine of a chain; nothing but the specification chooses it. */
export function engineFor(spec: ChainSpec, chainId: Hash, tables: TableSource = NO_TABLES): Engine {
  const { engine } = spec;
  return engine.kind === "pow"
    ? createPowEngine({ ...spec, engine }, chainId)
    : createPosEngine({ ...spec, engine }, chainId, tables);
}
