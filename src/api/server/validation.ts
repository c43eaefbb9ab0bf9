/** Checks of requests against their schemas, and the sentence that says which field is wrong. */
import type { FastifySchemaCompiler } from "fastify";
import type { TSchema } from "typebox";
import { Compile } from "typebox/compile";
import { invalid } from "./refusal.ts";

/** The part of a TypeBox error that the sentences need. */
interface Flaw {
  readonly keyword: string;
  readonly instancePath: string;
  readonly params: object;
  readonly message: string;
}

export type Check<T> = (
  value: unknown,
) => { readonly ok: true; readonly value: T } | { readonly ok: false; readonly message: string };

/** A check that changes nothing; `where` names the value as a whole. */
export function createCheck<T>(schema: TSchema, where: string): Check<T> {
  const compiled = Compile(schema);
  return (value) => {
    if (compiled.Check(value)) return { ok: true, value: value as T };
    return { ok: false, message: describeFlaws(compiled.Errors(value) as unknown as readonly Flaw[], where) };
  };
}

/** Query and path come as text: integers in digits are read as such, defaults filled in; bodies are taken as they are. */
export const validatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const where = { body: "the body", querystring: "the query", params: "the path", headers: "the headers" };
  const check = createCheck<unknown>(schema, where[httpPart as keyof typeof where] ?? "the request");
  return (value: unknown) => {
    const result = check(httpPart === "body" ? value : readText(schema, value));
    return result.ok ? { value: result.value } : { error: invalid(result.message) };
  };
};

/** Negative ones too, so that the bound is named and not the kind. */
const INTEGER = /^(?:\d{1,15}|-[1-9]\d{0,14})$/;

function readText(schema: TSchema, value: unknown): unknown {
  const properties = (schema as { properties?: Record<string, { type?: string; default?: unknown }> }).properties;
  if (properties === undefined || typeof value !== "object" || value === null) return value;
  const read: Record<string, unknown> = { ...value };
  for (const [name, property] of Object.entries(properties)) {
    const text = read[name];
    if (text === undefined && property.default !== undefined) read[name] = property.default;
    if (property.type === "integer" && typeof text === "string" && INTEGER.test(text)) read[name] = Number(text);
  }
  return read;
}

function describeFlaws(flaws: readonly Flaw[], where: string): string {
  // Of a union's many complaints the one deepest in the value is about the member that was meant.
  const flaw = flaws.reduce<Flaw | undefined>(
    (best, next) => (best === undefined || depth(next) > depth(best) ? next : best),
    flaws.find(({ keyword }) => keyword === "additionalProperties"),
  );
  if (flaw === undefined) return `${where} is not valid`;
  const field = flaw.instancePath.slice(1).replaceAll("/", ".");
  const subject = field === "" ? where : `\`${field}\``;
  const params = flaw.params as Readonly<Record<string, unknown>>;
  const names = (value: unknown): string => (Array.isArray(value) ? value : []).map((name) => `\`${name}\``).join(", ");
  switch (flaw.keyword) {
    case "required":
      return `${subject} lacks ${names(params.requiredProperties)}`;
    case "additionalProperties":
      return `${subject} has ${names(params.additionalProperties)}, which is not known here`;
    case "boolean":
      return `${subject} is not known here`;
    default:
      return `${subject} ${flaw.message}`;
  }
}

function depth(flaw: Flaw): number {
  return flaw.keyword === "boolean" ? -1 : flaw.instancePath.split("/").length;
}
