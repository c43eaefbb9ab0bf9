/**
 * PostgreSQL for Kysely, over postgres.js. A server goes away sometimes, and comes back: a connection that broke is never
 * used again, neither for the rest of its transaction, which would then be none, nor by who comes next.
 */
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
  type TransactionSettings,
} from "kysely";
import type { Sql } from "postgres";
import { OperationError } from "#base";

/** One connection, not shared: postgres.js with `max` 1. @param onClose to be called when it is lost */
export type OpenClient = (onClose: () => void) => Pick<Sql, "unsafe" | "end">;

/** @param most connections at a time; who wants one more waits */
export function createPostgresDialect(openClient: OpenClient, most: number): Dialect {
  return {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => createDriver(openClient, most),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  };
}

interface Connection extends DatabaseConnection {
  isBroken(): boolean;
  end(): Promise<void>;
}

function createDriver(openClient: OpenClient, most: number): Driver {
  const idle: Connection[] = [];
  const all = new Set<Connection>();
  const waiting: ((connection: Connection) => void)[] = [];
  const open = (): Connection => {
    const connection = openConnection(openClient);
    all.add(connection);
    return connection;
  };
  const forget = (connection: Connection): void => {
    all.delete(connection);
    void connection.end();
  };
  const run = (connection: DatabaseConnection, text: string): Promise<unknown> =>
    connection.executeQuery(CompiledQuery.raw(text));
  return {
    async init() {},
    async acquireConnection() {
      for (let next = idle.pop(); next !== undefined; next = idle.pop()) {
        if (!next.isBroken()) return next;
        forget(next);
      }
      if (all.size < most) return open();
      return new Promise((resolve) => waiting.push(resolve));
    },
    async releaseConnection(given) {
      const connection = given as Connection;
      const next = waiting.shift();
      if (!connection.isBroken()) {
        if (next === undefined) idle.push(connection);
        else next(connection);
        return;
      }
      forget(connection);
      next?.(open());
    },
    async beginTransaction(connection, { isolationLevel }: TransactionSettings) {
      await run(connection, isolationLevel === undefined ? "begin" : `begin isolation level ${isolationLevel}`);
    },
    async commitTransaction(connection) {
      await run(connection, "commit");
    },
    async rollbackTransaction(connection) {
      // What broke was rolled back by the server.
      if (!(connection as Connection).isBroken()) await run(connection, "rollback");
    },
    async destroy() {
      await Promise.all([...all].map((connection) => connection.end()));
      all.clear();
    },
  };
}

function openConnection(openClient: OpenClient): Connection {
  let isBroken = false;
  const client = openClient(() => {
    isBroken = true;
  });
  return {
    isBroken: () => isBroken,
    end: () => client.end({ timeout: 0 }).catch(() => {}),
    async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
      if (isBroken) throw lost(new Error("the connection has ended"));
      try {
        const result = await client.unsafe(sql, parameters as never[], { prepare: true });
        const { command, count } = result;
        const changes = command === "INSERT" || command === "UPDATE" || command === "DELETE";
        return { rows: [...result] as R[], ...(changes ? { numAffectedRows: BigInt(count) } : {}) };
      } catch (error) {
        // What the server itself refuses has its own kind of error; all else is the connection's.
        if (error instanceof Error && error.name === "PostgresError") throw error;
        isBroken = true;
        throw lost(error);
      }
    },
    streamQuery() {
      throw new Error("results are read as a whole");
    },
  };
}

function lost(cause: unknown): OperationError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new OperationError("pool-storage", `PostgreSQL, where the pool's books are, does not answer: ${why}`, {
    cause,
  });
}
