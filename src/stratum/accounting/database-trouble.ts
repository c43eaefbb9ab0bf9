/** What a database says when it fails, in words for the operator. */
import { OperationError } from "#base";
import type { DatabaseOptions } from "./database-options.ts";

const FULL = new Set(["SQLITE_FULL", "53100"]);

/** What fails while the pool runs. @returns what is no failure of the database as it is */
export function asOperationError(error: unknown): unknown {
  const code = codeOf(error);
  if (!(error instanceof Error) || error instanceof OperationError || error.name === "InvariantError") return error;
  if (code !== null && FULL.has(code))
    return new OperationError("pool-storage-full", "the pool's disk is full", { cause: error });
  return code === null
    ? error
    : new OperationError("pool-storage", `the pool's database failed: ${error.message}`, { cause: error });
}

/** What fails at the start: where the books are, and what to do about it. */
export function openingError(error: unknown, options: DatabaseOptions): unknown {
  const cause = error instanceof OperationError && error.code === "pool-storage" ? error.cause : error;
  if (!(cause instanceof Error) || cause instanceof OperationError || cause.name === "InvariantError") return cause;
  const known = options.kind === "sqlite" ? sqliteWords(cause, options.file) : postgresWords(cause, options.url);
  if (known === null) return isOfDriver(cause) ? asOperationError(cause) : cause;
  return new OperationError(known.code ?? "pool-database", known.words, { cause });
}

interface Known {
  readonly code?: string;
  readonly words: string;
}

function sqliteWords(error: Error, file: string): Known | null {
  const code = codeOf(error);
  if (code === null)
    return /directory does not exist/.test(error.message)
      ? { words: `the books cannot be at ${file}: there is no such folder` }
      : null;
  // Extended codes go on behind these.
  if (code.startsWith("SQLITE_BUSY"))
    return { code: "pool-running", words: `a pool runs already on the books at ${file}: stop it first` };
  if (code.startsWith("SQLITE_CANTOPEN"))
    return { words: `the books at ${file} cannot be opened: is it a file, and may this user write it and its folder?` };
  if (code.startsWith("SQLITE_READONLY")) return { words: `the books at ${file} may not be written by this user` };
  if (code === "SQLITE_NOTADB" || code.startsWith("SQLITE_CORRUPT"))
    return {
      code: "pool-books-damaged",
      words: `${file} is damaged, or no books of a pool: put a backup in its place`,
    };
  return null;
}

const UNREACHABLE = new Set([
  ...["ECONNREFUSED", "ECONNRESET", "EHOSTUNREACH", "ENETUNREACH", "ENOENT", "ENOTFOUND", "EAI_AGAIN", "EPIPE"],
  ...["ETIMEDOUT", "CONNECT_TIMEOUT", "CONNECTION_CLOSED"],
]);

function postgresWords(error: Error, text: string): Known | null {
  const code = codeOf(error);
  const url = URL.parse(text);
  if (url === null || code === "ERR_INVALID_URL")
    return { words: "the address of PostgreSQL is like postgres://user:password@host:5432/name" };
  // Without the password, which is part of the address.
  const [server, name] = [url.searchParams.get("host") ?? url.host, decode(url.pathname.slice(1))];
  if (code !== null && UNREACHABLE.has(code))
    return { words: `no PostgreSQL answers at ${server} (${error.message}): is it running there?` };
  switch (code) {
    case "28P01":
    case "28000":
      return { words: `PostgreSQL at ${server} does not let the pool in: ${error.message}` };
    case "3D000":
      return { words: `PostgreSQL at ${server} has no database ${name}: make one (createdb ${name})` };
    case "42501":
      return { words: `in the database ${name} the pool may not make its tables: ${error.message}` };
    default:
      return isOfDriver(error) ? { words: `PostgreSQL at ${server} says: ${error.message}` } : null;
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function isOfDriver(error: Error): boolean {
  return error.name === "PostgresError" || codeOf(error)?.startsWith("SQLITE_") === true;
}

function codeOf(error: unknown): string | null {
  return typeof error === "object" && error !== null && "code" in error ? String(error.code) : null;
}
