/** What a chain specification says of its engine of stake (rule SPEC-7). */
import { readAddress } from "../bech32m.ts";
import { amount, integer, MAX_SUPPLY, members, text } from "../json-members.ts";
import { check } from "../refusal.ts";

export interface FirstValidator {
  readonly owner: Buffer;
  readonly key: Buffer;
  readonly tip: Buffer;
  readonly bond: bigint;
}

export interface StakeNumbers {
  readonly kind: "pos";
  readonly slotMs: bigint;
  readonly epochSlots: bigint;
  readonly leakEpochs: bigint;
  readonly unbondEpochs: bigint;
  /** STAKE-23; null where that rule does not hold. */
  readonly formerEpochs: bigint | null;
  readonly jailEpochs: bigint;
  readonly minBond: bigint;
  readonly maxValidators: number;
  readonly slashPpm: bigint;
  readonly reportPpm: bigint;
  readonly proposerPpm: bigint;
  readonly validators: readonly FirstValidator[];
}

export function readStakeNumbers(json: unknown, prefix: string): StakeNumbers {
  const hasFormer = Object.hasOwn(Object(json), "formerEpochs");
  const engine = members(json, "engine", [
    ...(hasFormer ? ["formerEpochs"] : []),
    ...["kind", "slotMs", "epochSlots", "leakEpochs", "unbondEpochs", "jailEpochs", "checkpointEpochs"],
    ...["minBondAtoms", "maxValidators", "slashPpm", "reportPpm", "proposerPpm", "validators"],
  ]);
  const unbondEpochs = integer(engine, "unbondEpochs", 4, 1_000_000);
  const checkpointEpochs = integer(engine, "checkpointEpochs", 0, Math.floor(unbondEpochs / 2));
  const mostFormer = unbondEpochs - checkpointEpochs - 2;
  const minBond = amount(engine, "minBondAtoms", 1n, MAX_SUPPLY);
  const maxValidators = integer(engine, "maxValidators", 1, 10_240);
  return {
    kind: "pos",
    slotMs: BigInt(integer(engine, "slotMs", 100, 86_400_000)),
    epochSlots: BigInt(integer(engine, "epochSlots", 3, 65_536)),
    leakEpochs: BigInt(integer(engine, "leakEpochs", 1, 1_000_000)),
    unbondEpochs: BigInt(unbondEpochs),
    formerEpochs: hasFormer ? BigInt(integer(engine, "formerEpochs", 2, mostFormer)) : null,
    jailEpochs: BigInt(integer(engine, "jailEpochs", 1, 1_000_000)),
    minBond,
    maxValidators,
    slashPpm: BigInt(integer(engine, "slashPpm", 0, 1_000_000)),
    reportPpm: BigInt(integer(engine, "reportPpm", 0, 1_000_000)),
    proposerPpm: BigInt(integer(engine, "proposerPpm", 0, 1_000_000)),
    validators: readValidators(engine.validators, { prefix, minBond, maxValidators }),
  };
}

interface Bounds {
  readonly prefix: string;
  readonly minBond: bigint;
  readonly maxValidators: number;
}

function readValidators(value: unknown, { prefix, minBond, maxValidators }: Bounds): FirstValidator[] {
  const isList = Array.isArray(value) && value.length >= 1 && value.length <= maxValidators;
  check(isList, "SPEC-7", `engine.validators is not a list of 1 to ${maxValidators}`);
  const seen = new Set<string>();
  return value.map((item: unknown) => {
    const from = members(item, "engine.validators", ["owner", "signingKey", "onionTip", "bondAtoms"]);
    const owner = readAddress(text(from, "owner", /^[a-z0-9]+$/), prefix);
    const key = Buffer.from(text(from, "signingKey", /^[0-9a-f]{64}$/), "hex");
    const tip = Buffer.from(text(from, "onionTip", /^[0-9a-f]{64}$/), "hex");
    for (const once of [owner.toString("hex"), key.toString("hex")]) {
      check(!seen.has(once), "SPEC-7", `${once} stands twice`);
      seen.add(once);
    }
    return { owner, key, tip, bond: amount(from, "bondAtoms", minBond, MAX_SUPPLY) };
  });
}
