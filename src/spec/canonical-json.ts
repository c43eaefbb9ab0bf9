/** The canonical form of JSON after RFC 8785: one text for one value, so that it can be hashed (rule SPEC-2). */

/**
 * Members in order of their names' UTF-16 units, no white space, numbers and strings as ECMAScript writes them.
 * @throws RangeError for what JSON cannot say: undefined, bigint, numbers that are not finite, halves of surrogate pairs
 */
export function canonicalJson(value: unknown): string {
  if (value === null || value === true || value === false) return String(value);
  if (typeof value === "number") return canonicalNumber(value);
  if (typeof value === "string") return canonicalString(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value === "object") return canonicalObject(value);
  throw new RangeError(`JSON has no ${typeof value}`);
}

function canonicalNumber(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError(`JSON has no ${value}`);
  // RFC 8785 adopts ECMAScript's Number::toString; -0 becomes 0 there as well.
  return String(value === 0 ? 0 : value);
}

function canonicalString(value: string): string {
  if (!value.isWellFormed()) throw new RangeError("half of a surrogate pair in a string");
  return JSON.stringify(value);
}

function canonicalObject(value: object): string {
  // The default order of `sort` is that of UTF-16 units, which RFC 8785 asks for.
  const members = Object.keys(value)
    .sort()
    .map((name) => `${canonicalString(name)}:${canonicalJson((value as Readonly<Record<string, unknown>>)[name])}`);
  return `{${members.join(",")}}`;
}
