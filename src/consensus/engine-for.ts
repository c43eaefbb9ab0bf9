import type { Hash } from "#base";
import type { ChainSpec } from "#spec";
import type { Engine } from "./engine.ts";
import { createPowEngine } from "./pow/pow-engine.ts";

/** The engine of a chain; nothing but the specification chooses it. */
export function engineFor(spec: ChainSpec, chainId: Hash): Engine {
  return createPowEngine(spec, chainId);
}
