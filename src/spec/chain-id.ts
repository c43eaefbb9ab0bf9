/** What a chain is known by: the hash of its specification (rule SPEC-2). */
import { type Hash, utf8 } from "#base";
import { taggedHash } from "#crypto";
import { canonicalJson } from "./canonical-json.ts";
import type { ChainSpec, EngineSpec } from "./chain-spec.ts";

/** The JSON value of a specification: amounts as decimal texts, all else as it is. `parseChainSpec` gives it back. */
export function specToJson(spec: ChainSpec): unknown {
  return {
    ...spec,
    engine: engineToJson(spec.engine),
    genesis: {
      timeMs: spec.genesis.timeMs,
      accounts: spec.genesis.accounts.map((account) => amountsAsText(account)),
    },
    time: { ...spec.time },
    limits: { ...spec.limits },
    fees: amountsAsText(spec.fees),
    rewards: amountsAsText(spec.rewards),
  };
}

/** SHA-256('agon/spec/v1' ‖ canonical JSON in UTF-8) */
export function chainIdOf(spec: ChainSpec): Hash {
  return taggedHash("agon/spec/v1", utf8(canonicalJson(specToJson(spec))));
}

function engineToJson(engine: EngineSpec): unknown {
  if (engine.kind === "pow") return { ...engine };
  return { ...amountsAsText(engine), validators: engine.validators.map((validator) => amountsAsText(validator)) };
}

function amountsAsText(part: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(part).map(([name, value]: [string, unknown]) => [
      name,
      typeof value === "bigint" ? value.toString() : value,
    ]),
  );
}
