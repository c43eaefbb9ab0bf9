/** The lines of an export file (rule BLOCK-13). */
import { createReadStream } from "node:fs";
import { check, Refusal } from "./refusal.ts";

/** Longer than the hex of the largest block that a specification may allow. */
const MAX_LINE_BYTES = 2 * 33_554_432 + 4096;

/** Each line without its end; a last line without end is refused. */
export async function* readLines(path: string): AsyncGenerator<string> {
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      yield Buffer.concat([...pending, chunk.subarray(start, end)]).toString("latin1");
      pending = [];
      pendingBytes = 0;
      start = end + 1;
    }
    pending.push(chunk.subarray(start));
    pendingBytes += chunk.length - start;
    check(pendingBytes <= MAX_LINE_BYTES, "BLOCK-13", "the line is too long");
  }
  check(pendingBytes === 0, "BLOCK-13", "the file ends in the middle of a line");
}

/** A JSON object without white space that has exactly these members in this order. */
export function readObject(line: string, names: readonly string[]): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new Refusal("BLOCK-13", "the line is not JSON");
  }
  // Also refuses members that stand twice, and numbers in other forms.
  check(JSON.stringify(value) === line, "BLOCK-13", "the JSON of the line is not in its one form");
  return readMembers(value, names);
}

export function readMembers(value: unknown, names: readonly string[]): Readonly<Record<string, unknown>> {
  const isObject = typeof value === "object" && value !== null && Object.keys(value).join() === names.join();
  check(isObject, "BLOCK-13", `the members are not ${names.join(", ")}`);
  return value as Readonly<Record<string, unknown>>;
}

export function readHex(value: unknown, size?: number): Buffer {
  check(typeof value === "string" && /^([0-9a-f]{2})*$/.test(value), "BLOCK-13", "a text is not lower-case hex");
  check(size === undefined || value.length === 2 * size, "BLOCK-13", `a text is not the hex of ${size} bytes`);
  return Buffer.from(value, "hex");
}
