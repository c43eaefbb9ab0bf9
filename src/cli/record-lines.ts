/** A file of records: each line is one, as its raw bytes. */
import { fromUtf8, OperationError, utf8 } from "#base";
import { MAX_RECORD_BYTES } from "#model";
import { canonicalJson } from "#spec";

const NEWLINE = 0x0a;
const SHOWN_PROBLEMS = 5;

export interface RecordLine {
  /** Counted from 1. */
  readonly line: number;
  readonly data: Uint8Array;
}

export interface RecordFile {
  readonly lines: readonly RecordLine[];
  /** Line numbers. */
  readonly empty: readonly number[];
}

export interface LineRules {
  /** Any bytes will do; else each line must be JSON. */
  readonly octets?: boolean | undefined;
  /** Write each line's JSON in the form of RFC 8785. */
  readonly canonical?: boolean | undefined;
}

/**
 * Cuts at newlines, which belong to no line; a last line may lack its own. Checks every line before any is used.
 * @throws OperationError `record-lines` that lists the first lines that will not do
 */
export function readRecordLines(bytes: Uint8Array, rules: LineRules): RecordFile {
  const lines: RecordLine[] = [];
  const empty: number[] = [];
  const problems: string[] = [];
  for (const { line, data } of cutLines(bytes)) {
    if (data.length === 0) {
      empty.push(line);
      continue;
    }
    const read = readLine(data, rules);
    if (typeof read === "string") problems.push(`line ${line} ${read}`);
    else lines.push({ line, data: read });
  }
  if (problems.length > 0) {
    const more = problems.length > SHOWN_PROBLEMS ? `, and ${problems.length - SHOWN_PROBLEMS} more` : "";
    throw new OperationError(
      "record-lines",
      `nothing was sent: ${problems.slice(0, SHOWN_PROBLEMS).join("; ")}${more}`,
    );
  }
  return { lines, empty };
}

function* cutLines(bytes: Uint8Array): IterableIterator<RecordLine> {
  for (let start = 0, line = 1; start < bytes.length; line++) {
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline < 0 ? bytes.length : newline;
    yield { line, data: bytes.subarray(start, end) };
    start = end + 1;
  }
}

/** @returns the bytes of the record, or what is wrong with the line */
function readLine(data: Uint8Array, rules: LineRules): Uint8Array | string {
  const record = rules.octets ? data : readJsonLine(data, rules.canonical === true);
  if (typeof record === "string") return record;
  return record.length <= MAX_RECORD_BYTES
    ? record
    : `has ${record.length} bytes, and a record holds ${MAX_RECORD_BYTES} at most`;
}

function readJsonLine(data: Uint8Array, isCanonical: boolean): Uint8Array | string {
  const text = fromUtf8(data);
  if (text === null) return "is not UTF-8 (--octets sends any bytes)";
  try {
    const value: unknown = JSON.parse(text);
    return isCanonical ? utf8(canonicalJson(value)) : data;
  } catch (error) {
    if (error instanceof RangeError) return `has no canonical form: ${error.message}`;
    return "is not JSON (--octets sends any bytes)";
  }
}
