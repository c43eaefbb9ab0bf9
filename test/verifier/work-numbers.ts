/** What a chain specification says of its engine of work (rule SPEC-1). */
import { isCanonicalCompact } from "./compact.ts";
import { integer, members } from "./json-members.ts";
import { check } from "./refusal.ts";

export interface WorkNumbers {
  readonly kind: "pow";
  readonly limitBits: number;
  readonly spacingS: bigint;
  readonly halfLifeS: bigint;
}

export function readWorkNumbers(json: unknown): WorkNumbers {
  const engine = members(json, "engine", ["kind", "limitBits", "spacingMs", "halfLifeS"]);
  const limitBits = integer(engine, "limitBits", 0, 0xffffffff);
  const exponent = limitBits >>> 24;
  check(exponent >= 4 && exponent <= 32 && isCanonicalCompact(limitBits), "SPEC-1", `limitBits is ${limitBits}`);
  const spacingMs = integer(engine, "spacingMs", 1000, 86_400_000);
  check(spacingMs % 1000 === 0, "SPEC-1", `spacingMs ${spacingMs} is not whole seconds`);
  const halfLifeS = BigInt(integer(engine, "halfLifeS", 0, 31_536_000));
  return { kind: "pow", limitBits, spacingS: BigInt(spacingMs / 1000), halfLifeS };
}
