/** The one database of the pool's money: SQLite, or PostgreSQL by option, behind the same queries. */
import { Buffer } from "node:buffer";
import Sqlite from "better-sqlite3";
import { type InsertObject, Kysely, SqliteDialect, type Transaction } from "kysely";
import { BoundedMap, Mutex, OperationError, type Random, toHex } from "#base";
import { assertOwner, type BooksOwner } from "./books-owner.ts";
import type { DatabaseOptions } from "./database-options.ts";
import { asOperationError, openingError } from "./database-trouble.ts";
import { type DatabaseKind, migrate } from "./migrations.ts";
import { createPostgresDialect, type OpenClient } from "./postgres-dialect.ts";
import type { Tables } from "./tables.ts";

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
/** To PostgreSQL. */
const CONNECTIONS = 4;
const CONNECT_S = 10;
/** Few sizes make few statements; all parameters of one fit both databases. */
const INSERT_SIZES = [256, 64, 16, 4, 1];

/**
 * Opens, converts an older schema, and takes the database over from any process that still holds it.
 * @param owner whose books they must be
 * @throws OperationError that says what stands in the way
 */
export async function openPoolDatabase(
  options: DatabaseOptions,
  random: Random,
  owner: BooksOwner | null = null,
): Promise<PoolDatabase> {
  const db = await openReader(options).catch((error) => {
    throw openingError(error, options);
  });
  const token = toHex(random.bytes(16));
  try {
    await migrate(db, options.kind);
    if (owner !== null) await assertOwner(db, owner);
    await db
      .insertInto("meta")
      .values({ name: WRITER_ROW, value: token })
      .onConflict((conflict) => conflict.column("name").doUpdateSet({ value: token }))
      .execute();
  } catch (error) {
    await db.destroy();
    throw openingError(error, options);
  }
  const turn = new Mutex();
  return {
    kind: options.kind,
    reader: db,
    write: (task) =>
      turn.run(async () => {
        try {
          return await db.transaction().execute(async (tx) => {
            await assertWriter(tx, options.kind, token);
            return await task(tx);
          });
        } catch (error) {
          throw asOperationError(error);
        }
      }),
    close: () => db.destroy(),
  };
}

/** Everything that is read sees the books of one moment. */
export function readAtOnce<T>({ reader, kind }: PoolDatabase, task: (tx: Writer) => Promise<T>): Promise<T> {
  const begun = reader.transaction();
  return (kind === "postgres" ? begun.setIsolationLevel("repeatable read") : begun).execute(task);
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

async function openReader(options: DatabaseOptions): Promise<Reader> {
  return options.kind === "sqlite" ? openSqlite(options.file, options.maxPages) : openPostgres(options);
}

function openSqlite(file: string, maxPages?: number): Reader {
  const database = new Sqlite(file, { timeout: 2_000 });
  // The lock keeps a second pool out; it goes with the process, however that ends.
  database.pragma("locking_mode = EXCLUSIVE");
  database.pragma("journal_mode = WAL");
  database.pragma("synchronous = FULL");
  // 64 MiB, for the ends of all miners' indexes; and these are written back once for many batches that touch them.
  database.pragma("cache_size = -65536");
  database.pragma("wal_autocheckpoint = 4000");
  if (maxPages !== undefined) database.pragma(`max_page_count = ${maxPages}`);
  // Compiling a statement costs more than running it, and there are few different ones.
  const compiled = new BoundedMap<string, Statement>(STATEMENTS);
  const prepare = (text: string): Statement => {
    // A failure such as a full disk may have rolled back already: then there is nothing to roll back.
    if (text === "rollback" && !database.inTransaction) return database.prepare("select 1");
    const statement = compiled.get(text) ?? database.prepare(text);
    compiled.set(text, statement);
    return statement;
  };
  return new Kysely<Tables>({ dialect: new SqliteDialect({ database: { prepare, close: () => database.close() } }) });
}

/** Its driver is loaded only where it is used: most pools never do. */
async function openPostgres({ url: text }: Extract<DatabaseOptions, { kind: "postgres" }>): Promise<Reader> {
  const { default: postgres } = await import("postgres");
  const url = new URL(text);
  const host = url.searchParams.get("host");
  url.searchParams.delete("host");
  const settings = {
    ...(host === null ? {} : { host }),
    ...{ max: 1, max_lifetime: null, connect_timeout: CONNECT_S, fetch_types: false, onnotice: () => {} },
    // Heights, times and counts: safe integers all of them.
    types: { bigint: { to: 20, from: [20], parse: Number, serialize: String } },
  };
  const openClient: OpenClient = (onclose) => postgres(url.href, { ...settings, onclose });
  return new Kysely<Tables>({ dialect: createPostgresDialect(openClient, CONNECTIONS) });
}

/** PostgreSQL lets two processes in; of these the later one goes on, and the earlier finds out before it can write. */
async function assertWriter(tx: Writer, kind: DatabaseKind, token: string): Promise<void> {
  const query = tx.selectFrom("meta").select("value").where("name", "=", WRITER_ROW);
  const row = await (kind === "postgres" ? query.forShare() : query).executeTakeFirst();
  if (row?.value !== token) throw new OperationError("pool-superseded", "another process has taken over the pool");
}
