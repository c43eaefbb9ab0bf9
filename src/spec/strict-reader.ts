/** Reads JSON whose every key is known beforehand. The first thing wrong is kept, with the path to it. */
import { blameNobody, type Fault } from "#base";

export interface StrictReader {
  /** The first thing wrong, or null. */
  fault(): Fault | null;
  refuse(code: string, path: string, problem: string): void;
  /** Each returns some value of its type when it has refused; the caller asks `fault` before using any. */
  object(value: unknown, path: string, keys: readonly string[]): Readonly<Record<string, unknown>>;
  array(value: unknown, path: string, maxLength: number): readonly unknown[];
  text(value: unknown, path: string, pattern: RegExp): string;
  integer(value: unknown, path: string, min: number, max: number): number;
  /** Decimal digits without sign or leading zeros. */
  atoms(value: unknown, path: string, min: bigint, max: bigint): bigint;
}

const DECIMAL = /^(0|[1-9][0-9]{0,18})$/;

export function createStrictReader(): StrictReader {
  let first: Fault | null = null;
  const refuse = (code: string, path: string, problem: string): void => {
    first ??= blameNobody(code, { path, problem });
  };
  return {
    fault: () => first,
    refuse,
    object(value, path, keys) {
      if (typeof value !== "object" || value === null || Array.isArray(value)) {
        refuse("spec-value", path, "must be an object");
        return {};
      }
      for (const key of Object.keys(value))
        if (!keys.includes(key)) refuse("spec-unknown-key", join(path, key), "is not known");
      for (const key of keys) if (!Object.hasOwn(value, key)) refuse("spec-missing-key", join(path, key), "is missing");
      return value as Readonly<Record<string, unknown>>;
    },
    array(value, path, maxLength) {
      if (Array.isArray(value) && value.length <= maxLength) return value;
      refuse("spec-value", path, `must be a list of at most ${maxLength}`);
      return [];
    },
    text(value, path, pattern) {
      if (typeof value === "string" && pattern.test(value)) return value;
      refuse("spec-value", path, `must be a text like ${pattern.source}`);
      return "";
    },
    integer(value, path, min, max) {
      if (typeof value === "number" && Number.isSafeInteger(value) && value >= min && value <= max) return value + 0;
      refuse("spec-value", path, `must be an integer from ${min} to ${max}`);
      return min;
    },
    atoms(value, path, min, max) {
      if (typeof value === "string" && DECIMAL.test(value)) {
        const amount = BigInt(value);
        if (amount >= min && amount <= max) return amount;
      }
      refuse("spec-value", path, `must be a decimal text from ${min} to ${max}`);
      return min;
    },
  };
}

export function join(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}
