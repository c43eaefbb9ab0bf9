/** The chains that come with the program (rule SPEC-5). */
import { InvariantError } from "#base";
import type { ChainSpec, StakeChainSpec, WorkChainSpec } from "./chain-spec.ts";
import dev from "./chains/dev.json" with { type: "json" };
import main from "./chains/main.json" with { type: "json" };
import posDev from "./chains/pos-dev.json" with { type: "json" };
import posTest from "./chains/pos-test.json" with { type: "json" };
import test from "./chains/test.json" with { type: "json" };
import { parseChainSpec } from "./parse-chain-spec.ts";

export const BUILT_IN_CHAINS = ["main", "test", "dev", "pos-test", "pos-dev"] as const;
export type BuiltInChain = (typeof BUILT_IN_CHAINS)[number];

const files: Readonly<Record<BuiltInChain, unknown>> = {
  ...{ main, test, dev },
  "pos-test": posTest,
  "pos-dev": posDev,
};

export function isBuiltInChain(name: string): name is BuiltInChain {
  return (BUILT_IN_CHAINS as readonly string[]).includes(name);
}

/** Names say the engine; a test holds the files against them. */
export type BuiltInSpec<Name extends BuiltInChain> = string extends Name
  ? ChainSpec
  : Name extends `pos-${string}`
    ? StakeChainSpec
    : WorkChainSpec;

export function builtInSpec<Name extends BuiltInChain>(name: Name): BuiltInSpec<Name> {
  const spec = parseChainSpec(files[name]);
  if (!spec.ok) throw new InvariantError(`chain ${name}: ${JSON.stringify(spec.error)}`);
  return spec.value as BuiltInSpec<Name>;
}
