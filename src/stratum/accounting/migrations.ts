/** The schema, version by version. A migration that was ever released is not changed: a new one follows it. */
import { type Kysely, sql } from "kysely";
import { type Migration, type MigrationProvider, Migrator } from "kysely/migration";
import { OperationError } from "#base";
import type { Tables } from "./tables.ts";

export type DatabaseKind = "sqlite" | "postgres";

/** @throws OperationError `pool-migration`, or as the database's driver */
export async function migrate(db: Kysely<Tables>, kind: DatabaseKind): Promise<void> {
  const provider: MigrationProvider = { getMigrations: async () => migrationsFor(kind) };
  const { error } = await new Migrator({ db, provider }).migrateToLatest();
  if (error === undefined) return;
  if (error instanceof Error && "code" in error) throw error;
  if (/previously executed migration \S+ is missing/.test(String(error)))
    throw new OperationError("pool-migration", "these books were kept by a newer version of this program: use that", {
      cause: error,
    });
  throw new OperationError("pool-migration", "the pool's database cannot be brought to this version", { cause: error });
}

function migrationsFor(kind: DatabaseKind): Record<string, Migration> {
  return {
    "0001": creationOf(kind, FIRST_TABLES, FIRST_INDEXES),
    "0002": creationOf(kind, THRESHOLD_TABLES, []),
  };
}

/** Columns by table; `int`, `real` and `bytes` are named differently by the two databases. */
const FIRST_TABLES: Readonly<Record<string, readonly string[]>> = {
  meta: ["name text primary key", "value text not null"],
  miners: [
    "id int primary key",
    "address text not null unique",
    "threshold text",
    "owed text not null",
    "paying text not null",
    "paid text not null",
    "closed text not null",
  ],
  rounds: [
    "id int primary key",
    "scheme text not null",
    "fee_ppm int not null",
    "window_blocks int not null",
    "started_ms int not null",
    "ended_ms int",
    "shares int not null",
    "work text not null",
    "expected real not null",
    "frontier bytes not null",
    "previous_root bytes not null",
  ],
  shares: [
    "round int not null",
    "leaf int not null",
    "miner int not null",
    "body bytes not null",
    "primary key (round, leaf)",
  ],
  round_work: [
    "round int not null",
    "miner int not null",
    "work text not null",
    "shares int not null",
    "expected real not null",
    "primary key (round, miner)",
  ],
  tree_heads: [
    "round int not null",
    "size int not null",
    "final int not null",
    "time_ms int not null",
    "root bytes not null",
    "signature bytes not null",
    "primary key (round, size, final)",
  ],
  blocks: [
    "id text primary key",
    "round int not null unique",
    "height int not null",
    "miner int not null",
    "state text not null",
    "block_work text not null",
    "found_ms int not null",
    "reward text",
    "fee text",
    "pool_atoms text",
    "total_work text",
    "refused text",
    "closed int not null",
  ],
  credits: [
    "kind text not null",
    "ref text not null",
    "miner int not null",
    "round int not null",
    "work text not null",
    "amount text not null",
    "value text",
    "primary key (kind, ref, miner)",
  ],
  payouts: [
    "id int primary key",
    "nonce int not null",
    "tx_id text not null unique",
    "bytes bytes not null",
    "fee text not null",
    "burn text not null",
    "cost text not null",
    "state text not null",
    "created_ms int not null",
    "height int",
  ],
  payout_outputs: [
    "payout int not null",
    "miner int not null",
    "gross text not null",
    "amount text not null",
    "fee_part text not null",
    "burn text not null",
    "primary key (payout, miner)",
  ],
  pool_entries: ["id int primary key", "time_ms int not null", "kind text not null", "amount text not null"],
  samples: [
    "minute int not null",
    "miner int not null",
    "shares int not null",
    "work text not null",
    "primary key (minute, miner)",
  ],
  withheld: [
    "id int primary key",
    "round int not null",
    "leaf int not null",
    "miner int not null",
    "body bytes not null",
  ],
};

const FIRST_INDEXES = [
  "shares_of_miner on shares (miner, round, leaf)",
  "round_work_of_miner on round_work (miner, round)",
  "blocks_by_state on blocks (state, height)",
  "blocks_to_close on blocks (closed, height)",
  "credits_of_miner on credits (miner, round)",
  "payout_outputs_of_miner on payout_outputs (miner, payout)",
  "samples_of_miner on samples (miner, minute)",
];

const THRESHOLD_TABLES: Readonly<Record<string, readonly string[]>> = {
  threshold_orders: [
    "miner int not null",
    "time_ms int not null",
    "threshold text",
    "signed bytes not null",
    "primary key (miner, time_ms)",
  ],
};

const TYPES = {
  sqlite: { int: "integer", real: "real", bytes: "blob" },
  postgres: { int: "bigint", real: "double precision", bytes: "bytea" },
} satisfies Record<DatabaseKind, Record<string, string>>;

function creationOf(
  kind: DatabaseKind,
  tables: Readonly<Record<string, readonly string[]>>,
  indexes: readonly string[],
): Migration {
  const types: Readonly<Record<string, string>> = TYPES[kind];
  /** The type is the second word, also of the column that is called `bytes`. */
  const columnOf = (text: string): string =>
    text.replace(/^([a-z_]+) (int|real|bytes)\b/, (_, name: string, type: string) => `${name} ${types[type]}`);
  return {
    async up(db) {
      for (const [table, columns] of Object.entries(tables))
        await sql.raw(`create table ${table} (${columns.map(columnOf).join(", ")})`).execute(db);
      for (const index of indexes) await sql.raw(`create index ${index}`).execute(db);
    },
  };
}
