/** The part of a specification that chooses the engine and holds its numbers (rules SPEC-1 and SPEC-7). */
import type { EngineSpec, GenesisValidator, StakeSpec, WorkSpec } from "./chain-spec.ts";
import type { StrictReader } from "./strict-reader.ts";

const DAY_S = 86_400;
const MAX_ATOMS = 2n ** 63n - 1n;
const MILLION = 1_000_000;
const MAX_EPOCHS = 1_000_000;
/** Two sets of voters of this size fit into an engine's snapshot. */
const MAX_VALIDATORS = 10_240;
/** Those that finality takes. */
const FEWEST_FORMER = 2;
const HEX_32 = /^[0-9a-f]{64}$/;

/** @param readOwner reads an address of the chain */
export function readEngine(
  read: StrictReader,
  json: unknown,
  readOwner: (json: unknown, path: string) => string,
): EngineSpec {
  const kind = typeof json === "object" && json !== null && "kind" in json ? json.kind : undefined;
  return kind === "pos" ? readStake(read, json, readOwner) : readWork(read, json);
}

function readWork(read: StrictReader, json: unknown): WorkSpec {
  const engine = read.object(json, "engine", ["kind", "limitBits", "spacingMs", "halfLifeS"]);
  read.text(engine.kind, "engine.kind", /^(pow|pos)$/);
  const limitBits = read.integer(engine.limitBits, "engine.limitBits", 0, 2 ** 32 - 1);
  const exponent = limitBits >>> 24;
  const mantissa = limitBits & 0xffffff;
  // The compact form of a target from 2^23 to 2^255 (rule POW-3).
  if (exponent < 4 || exponent > 32 || mantissa < 0x8000 || mantissa > 0x7fffff)
    read.refuse("spec-value", "engine.limitBits", "must be a canonical compact target with an exponent from 4 to 32");
  const spacingMs = read.integer(engine.spacingMs, "engine.spacingMs", 1_000, DAY_S * 1_000);
  if (spacingMs % 1_000 !== 0) read.refuse("spec-value", "engine.spacingMs", "must be whole seconds");
  return {
    kind: "pow",
    limitBits,
    spacingMs,
    halfLifeS: read.integer(engine.halfLifeS, "engine.halfLifeS", 0, 365 * DAY_S),
  };
}

const STAKE_KEYS = [
  "kind",
  "slotMs",
  "epochSlots",
  "leakEpochs",
  "unbondEpochs",
  "jailEpochs",
  "checkpointEpochs",
  "minBondAtoms",
  "maxValidators",
  "slashPpm",
  "reportPpm",
  "proposerPpm",
  "validators",
];

function readStake(read: StrictReader, json: unknown, readOwner: (json: unknown, path: string) => string): StakeSpec {
  const hasFormer = typeof json === "object" && json !== null && Object.hasOwn(json, "formerEpochs");
  const engine = read.object(json, "engine", hasFormer ? [...STAKE_KEYS, "formerEpochs"] : STAKE_KEYS);
  const unbondEpochs = read.integer(engine.unbondEpochs, "engine.unbondEpochs", 4, MAX_EPOCHS);
  const checkpointEpochs = read.integer(
    engine.checkpointEpochs,
    "engine.checkpointEpochs",
    0,
    Math.floor(unbondEpochs / 2),
  );
  // Whoever has left can be slashed for such a vote until those who were away for so long are back.
  const mostFormer = unbondEpochs - checkpointEpochs - 2;
  const maxValidators = read.integer(engine.maxValidators, "engine.maxValidators", 1, MAX_VALIDATORS);
  const minBondAtoms = read.atoms(engine.minBondAtoms, "engine.minBondAtoms", 1n, MAX_ATOMS);
  return {
    kind: "pos",
    slotMs: read.integer(engine.slotMs, "engine.slotMs", 100, DAY_S * 1_000),
    epochSlots: read.integer(engine.epochSlots, "engine.epochSlots", 3, 65_536),
    leakEpochs: read.integer(engine.leakEpochs, "engine.leakEpochs", 1, MAX_EPOCHS),
    unbondEpochs,
    jailEpochs: read.integer(engine.jailEpochs, "engine.jailEpochs", 1, MAX_EPOCHS),
    checkpointEpochs,
    ...(hasFormer && {
      formerEpochs: read.integer(engine.formerEpochs, "engine.formerEpochs", FEWEST_FORMER, mostFormer),
    }),
    minBondAtoms,
    maxValidators,
    slashPpm: read.integer(engine.slashPpm, "engine.slashPpm", 0, MILLION),
    reportPpm: read.integer(engine.reportPpm, "engine.reportPpm", 0, MILLION),
    proposerPpm: read.integer(engine.proposerPpm, "engine.proposerPpm", 0, MILLION),
    validators: readValidators(read, engine.validators, { maxValidators, minBondAtoms }, readOwner),
  };
}

function readValidators(
  read: StrictReader,
  json: unknown,
  { maxValidators, minBondAtoms }: { readonly maxValidators: number; readonly minBondAtoms: bigint },
  readOwner: (json: unknown, path: string) => string,
): readonly GenesisValidator[] {
  const owners = new Set<string>();
  const signers = new Set<string>();
  const validators = read.array(json, "engine.validators", maxValidators).map((json, index) => {
    const path = `engine.validators[${index}]`;
    const validator = read.object(json, path, ["owner", "signingKey", "onionTip", "bondAtoms"]);
    const owner = readOwner(validator.owner, `${path}.owner`);
    const signingKey = read.text(validator.signingKey, `${path}.signingKey`, HEX_32);
    if (owners.has(owner)) read.refuse("spec-duplicate-validator", `${path}.owner`, `${owner} stands twice`);
    if (signers.has(signingKey))
      read.refuse("spec-duplicate-validator", `${path}.signingKey`, `${signingKey} stands twice`);
    owners.add(owner);
    signers.add(signingKey);
    return {
      owner,
      signingKey,
      onionTip: read.text(validator.onionTip, `${path}.onionTip`, HEX_32),
      bondAtoms: read.atoms(validator.bondAtoms, `${path}.bondAtoms`, minBondAtoms, MAX_ATOMS),
    };
  });
  if (validators.length === 0) read.refuse("spec-value", "engine.validators", "must name at least one validator");
  return validators;
}
