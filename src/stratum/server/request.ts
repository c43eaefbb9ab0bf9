/** From a line to a request, without trust: size, depth and form are checked before anything is looked at (rule STRATUM-2). */
import type { RequestId } from "./refusal.ts";

const MAX_DEPTH = 6;
const MAX_PARAMS = 16;
const MAX_ID_LENGTH = 64;

export interface Request {
  readonly kind: "request";
  readonly id: RequestId;
  readonly method: string;
  readonly params: readonly unknown[];
}

export type ParsedLine =
  | Request
  /** The answer to something that the server asked. */
  | { readonly kind: "answer"; readonly id: RequestId; readonly result: unknown }
  | { readonly kind: "malformed"; readonly id: RequestId; readonly words: string };

export function parseLine(line: string): ParsedLine {
  if (isTooDeep(line)) return malformed("the line is nested too deeply");
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return malformed("the line is not JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return malformed("a request is an object");
  const { id = null, method, params = [] } = value as { id?: unknown; method?: unknown; params?: unknown };
  if (!isRequestId(id)) return malformed("the id is a number, a short string or null");
  if (method === undefined && "result" in value) return { kind: "answer", id, result: value.result };
  if (typeof method !== "string") return malformed("the method is a string", id);
  if (!Array.isArray(params) || params.length > MAX_PARAMS)
    return malformed(`params are a list of at most ${MAX_PARAMS}`, id);
  return { kind: "request", id, method, params };
}

function malformed(words: string, id: RequestId = null): ParsedLine {
  return { kind: "malformed", id, words };
}

function isRequestId(id: unknown): id is RequestId {
  return id === null || typeof id === "number" || (typeof id === "string" && id.length <= MAX_ID_LENGTH);
}

/** Before parsing, since a parser may recurse. Brackets inside strings do not count. */
function isTooDeep(text: string): boolean {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (inString) {
      if (code === 0x5c) i++;
      else if (code === 0x22) inString = false;
    } else if (code === 0x22) inString = true;
    else if (code === 0x5b || code === 0x7b) {
      if (++depth > MAX_DEPTH) return true;
    } else if (code === 0x5d || code === 0x7d) depth--;
  }
  return false;
}
