/** The chains that come with the program (rule SPEC-5). */
import { InvariantError } from "#base";
import type { ChainSpec } from "./chain-spec.ts";
import dev from "./chains/dev.json" with { type: "json" };
import main from "./chains/main.json" with { type: "json" };
import test from "./chains/test.json" with { type: "json" };
import { parseChainSpec } from "./parse-chain-spec.ts";

export const BUILT_IN_CHAINS = ["main", "test", "dev"] as const;
export type BuiltInChain = (typeof BUILT_IN_CHAINS)[number];

const files: Readonly<Record<BuiltInChain, unknown>> = { main, test, dev };

export function isBuiltInChain(name: string): name is BuiltInChain {
  return (BUILT_IN_CHAINS as readonly string[]).includes(name);
}

export function builtInSpec(name: BuiltInChain): ChainSpec {
  const spec = parseChainSpec(files[name]);
  if (!spec.ok) throw new InvariantError(`chain ${name}: ${JSON.stringify(spec.error)}`);
  return spec.value;
}
