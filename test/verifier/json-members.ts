/** Members of JSON objects, as a chain specification has them (rule SPEC-1). */
import { check } from "./refusal.ts";

export type Members = Readonly<Record<string, unknown>>;

export const MAX_SUPPLY = 2n ** 63n - 1n;

export function members(value: unknown, name: string, names: readonly string[]): Members {
  check(typeof value === "object" && value !== null && !Array.isArray(value), "SPEC-1", `${name} is not an object`);
  for (const key of Object.keys(value)) check(names.includes(key), "SPEC-1", `${name}.${key} is not known`);
  for (const key of names) check(Object.hasOwn(value, key), "SPEC-1", `${name}.${key} is missing`);
  return value as Members;
}

export function integer(from: Members, name: string, least: number, most: number): number {
  const value = from[name];
  const holds = typeof value === "number" && Number.isInteger(value) && value >= least && value <= most;
  check(holds, "SPEC-1", `${name} is ${JSON.stringify(value)}`);
  return value;
}

export function amount(from: Members, name: string, least: bigint, most: bigint): bigint {
  const value = BigInt(text(from, name, /^(0|[1-9][0-9]{0,19})$/));
  check(value >= least && value <= most, "SPEC-1", `${name} is ${value}`);
  return value;
}

export function text(from: Members, name: string, form: RegExp): string {
  const value = from[name];
  check(typeof value === "string" && form.test(value), "SPEC-1", `${name} is ${JSON.stringify(value)}`);
  return value;
}
