import type { EngineSpec } from "./chain-spec.ts";

/** Whether blocks are searched, and how hard that is does not follow the hash rate: what is fast finds as many as it likes. */
export function hasFixedDifficulty(engine: EngineSpec): boolean {
  return engine.kind === "pow" && engine.halfLifeS === 0;
}
