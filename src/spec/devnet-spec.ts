/** How a chain begins on a devnet: now, and with a validator for each node, where it has validators (rule SPEC-8). */
import { equalBytes, toHex } from "#base";
import { ed25519PublicKey } from "#crypto";
import { BUILT_IN_CHAINS, builtInSpec, isBuiltInChain } from "./built-in.ts";
import { chainIdOf } from "./chain-id.ts";
import type { ChainSpec, StakeSpec } from "./chain-spec.ts";
import { DEV_VALIDATOR_COUNT, devGenesisValidator, devValidatorSeed } from "./dev-validators.ts";

export const ENGINES = ["pow", "pos"] as const;

export interface DevnetStart {
  /** One validator for each, at most 32. */
  readonly nodes: number;
  readonly nowMs: number;
  /** What the first validators bond, atoms; whoever has no entry bonds as much as the specification's first. */
  readonly bondsAtoms: readonly bigint[];
}

/** `dev` by stake is `pos-dev`; a name or path that says the engine itself stays as it is. */
export function chainNameFor(engine: (typeof ENGINES)[number], name: string): string {
  const full = `${engine}-${name}`;
  return isBuiltInChain(full) ? full : name;
}

/** The specification itself where nothing is to be fitted: it has no validators, or some whose keys are not public. */
export function devnetSpec(spec: ChainSpec, start: DevnetStart): ChainSpec {
  const { engine } = spec;
  if (engine.kind !== "pos" || devValidatorsOf(spec).length < engine.validators.length) return spec;
  const usual = engine.validators[0]!.bondAtoms;
  const validators = Array.from({ length: start.nodes }, (_, index) =>
    devGenesisValidator(index, spec.addressPrefix, start.bondsAtoms[index] ?? usual),
  );
  return { ...spec, genesis: { ...spec.genesis, timeMs: start.nowMs }, engine: { ...engine, validators } };
}

/** `pos-dev` with other slots, for demonstrations and tests that cannot wait. */
export function quickStakeSpec(
  name: string,
  { slotMs, epochSlots, unbondEpochs }: Pick<StakeSpec, "slotMs" | "epochSlots" | "unbondEpochs">,
): ChainSpec {
  const spec = builtInSpec("pos-dev");
  return {
    ...{ ...spec, name },
    engine: { ...spec.engine, slotMs, epochSlots, unbondEpochs, formerEpochs: Math.min(8, unbondEpochs - 2) },
    time: { ...spec.time, maxAheadMs: Math.min(slotMs, spec.time.maxAheadMs) },
  };
}

/** Whether one could have been fitted to a devnet from the other. */
export function isDevnetSpecOf(fitted: ChainSpec, spec: ChainSpec): boolean {
  const genesis = { ...fitted.genesis, timeMs: spec.genesis.timeMs };
  const engine = { ...fitted.engine, ...("validators" in spec.engine && { validators: spec.engine.validators }) };
  return equalBytes(chainIdOf({ ...fitted, genesis, engine }), chainIdOf(spec));
}

/** Numbers of the dev validators among those that a chain begins with, in its order. */
export function devValidatorsOf({ engine }: ChainSpec): readonly number[] {
  const numbers = engine.kind === "pos" ? knownNumbers() : new Map<string, number>();
  return validatorsOf(engine).flatMap(({ signingKey }) => numbers.get(signingKey) ?? []);
}

/** Those that a chain begins with; none where blocks are not signed. */
export function validatorsOf(engine: ChainSpec["engine"]): StakeSpec["validators"] {
  return engine.kind === "pos" ? engine.validators : [];
}

/** For people: the names of the built-in chains. */
export const BUILT_IN_NAMES = BUILT_IN_CHAINS.join(", ");

function knownNumbers(): ReadonlyMap<string, number> {
  return new Map(
    Array.from({ length: DEV_VALIDATOR_COUNT }, (_, index) => [
      toHex(ed25519PublicKey(devValidatorSeed(index))),
      index,
    ]),
  );
}
