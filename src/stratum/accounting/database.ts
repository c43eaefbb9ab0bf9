/** The one database of the pool's money: SQLite, or PostgreSQL by option, behind the same queries. */
import { Buffer } from "node:buffer";
import Sqlite from "better-sqlite3";
import { type InsertObject, Kysely, SqliteDialect, type Transaction } from "kysely";
import { BoundedMap, Mutex, OperationError, type Random, toHex } from "#base";
import { type DatabaseKind, migrate } from "./migrations.ts";
import type { Tables } from "./tables.ts";

export type DatabaseOptions =
  /** `file` may be `:memory:`. `maxPages` bounds its size; it is for tests. */
  | { readonly kind: "sqlite"; readonly file: string; readonly maxPages?: number }
  /** `url` as in `postgres://user:password@host:5432/name`; `socketDir` instead of a host. */
  | { readonly kind: "postgres"; readonly url: string; readonly socketDir?: string };

type Statement = ReturnType<Sqlite["prepare"]>;
export type Reader = Kysely<Tables>;
export type Writer = Transaction<Tables>;

export interface PoolDatabase {
  readonly kind: DatabaseKind;
  readonly reader: Reader;
  /**
   * All or nothing, durable when it resolves, one after the other.
   * @throws OperationError `pool-storage-full`, `pool-storage`, or `pool-superseded` when another process took over
   */
  write<T>(task: (tx: Writer) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

const WRITER_ROW = "writer";
const STATEMENTS = 300;
/** Few sizes make few statements; all parameters of one fit both databases. */
const INSERT_SIZES = [256, 64, 16, 4, 1];

/** Opens, converts an older schema, and takes the database over from any process that still holds it. */
export async function openPoolDatabase(options: DatabaseOptions, random: Random): Promise<PoolDatabase> {
  const db = options.kind === "sqlite" ? openSqlite(options.file, options.maxPages) : await openPostgres(options);
  const token = toHex(random.bytes(16));
  try {
    await migrate(db, options.kind);
    await db
      .insertInto("meta")
      .values({ name: WRITER_ROW, value: token })
      .onConflict((conflict) => conflict.column("name").doUpdateSet({ value: token }))
      .execute();
  } catch (error) {
    await db.destroy();
    throw asOperationError(error);
  }
  const turn = new Mutex();
  return {
    kind: options.kind,
    reader: db,
    write: (task) =>
      turn.run(async () => {
        try {
          return await db.transaction().execute(async (tx) => {
            await assertOwner(tx, options.kind, token);
            return await task(tx);
          });
        } catch (error) {
          throw asOperationError(error);
        }
      }),
    close: () => db.destroy(),
  };
}

/** Any number of rows. */
export async function insertRows<T extends keyof Tables>(
  tx: Writer,
  table: T,
  rows: readonly Tables[T][],
): Promise<void> {
  for (let at = 0; at < rows.length; ) {
    const size = INSERT_SIZES.find((each) => each <= rows.length - at)!;
    const values = rows.slice(at, at + size) as readonly InsertObject<Tables, T>[];
    await tx.insertInto(table).values(values).execute();
    at += size;
  }
}

/** For columns of bytes, which both drivers want as a Buffer. */
export function toBlob(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

function openSqlite(file: string, maxPages?: number): Reader {
  const database = new Sqlite(file, { timeout: 2_000 });
  // The lock keeps a second pool out; it goes with the process, however that ends.
  database.pragma("locking_mode = EXCLUSIVE");
  database.pragma("journal_mode = WAL");
  database.pragma("synchronous = FULL");
  if (maxPages !== undefined) database.pragma(`max_page_count = ${maxPages}`);
  // Compiling a statement costs more than running it, and there are few different ones.
  const compiled = new BoundedMap<string, Statement>(STATEMENTS);
  const prepare = (text: string): Statement => {
    const statement = compiled.get(text) ?? database.prepare(text);
    compiled.set(text, statement);
    return statement;
  };
  return new Kysely<Tables>({ dialect: new SqliteDialect({ database: { prepare, close: () => database.close() } }) });
}

/** Its driver is loaded only where it is used: most pools never do. */
async function openPostgres({ url, socketDir }: Extract<DatabaseOptions, { kind: "postgres" }>): Promise<Reader> {
  const [{ default: postgres }, { PostgresJSDialect }] = await Promise.all([
    import("postgres"),
    import("kysely-postgres-js"),
  ]);
  const client = postgres(url, {
    ...(socketDir === undefined ? {} : { host: socketDir }),
    max: 4,
    onnotice: () => {},
    // Heights, times and counts: safe integers all of them.
    types: { bigint: { to: 20, from: [20], parse: Number, serialize: String } },
  });
  return new Kysely<Tables>({ dialect: new PostgresJSDialect({ postgres: client }) });
}

/** PostgreSQL lets two processes in; of these the later one goes on, and the earlier finds out before it can write. */
async function assertOwner(tx: Writer, kind: DatabaseKind, token: string): Promise<void> {
  const query = tx.selectFrom("meta").select("value").where("name", "=", WRITER_ROW);
  const row = await (kind === "postgres" ? query.forShare() : query).executeTakeFirst();
  if (row?.value !== token) throw new OperationError("pool-superseded", "another process has taken over the pool");
}

const FULL = new Set(["SQLITE_FULL", "53100"]);

function asOperationError(error: unknown): unknown {
  const code = typeof error === "object" && error !== null && "code" in error ? String(error.code) : null;
  if (!(error instanceof Error) || error instanceof OperationError || error.name === "InvariantError") return error;
  if (code !== null && FULL.has(code))
    return new OperationError("pool-storage-full", "the pool's disk is full", { cause: error });
  return code === null ? error : new OperationError("pool-storage", "the pool's database failed", { cause: error });
}
