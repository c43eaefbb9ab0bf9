/** The schema, version by version. A migration that was ever released is not changed: a new one follows it. */
import { type Kysely, sql } from "kysely";
import { type Migration, type MigrationProvider, Migrator } from "kysely/migration";
import { OperationError } from "#base";
import type { Tables } from "./tables.ts";

export type DatabaseKind = "sqlite" | "postgres";

/** @throws OperationError `pool-migration` */
export async function migrate(db: Kysely<Tables>, kind: DatabaseKind): Promise<void> {
  const provider: MigrationProvider = { getMigrations: async () => ({ "0001": firstVersion(kind) }) };
  const { error } = await new Migrator({ db, provider }).migrateToLatest();
  if (error === undefined) return;
  throw new OperationError("pool-migration", "the pool's database cannot be brought to this version", { cause: error });
}

function firstVersion(kind: DatabaseKind): Migration {
  const bytes = kind === "sqlite" ? "blob" : "bytea";
  const int = kind === "sqlite" ? "integer" : "bigint";
  const real = kind === "sqlite" ? "real" : "double precision";
  const create = async (db: Kysely<unknown>, table: string, columns: string): Promise<void> => {
    await sql`create table ${sql.table(table)} (${sql.raw(columns)})`.execute(db);
  };
  return {
    async up(db) {
      await create(db, "meta", "name text primary key, value text not null");
      await create(
        db,
        "miners",
        `id ${int} primary key, address text not null unique, threshold text, owed text not null, paying text not null, paid text not null`,
      );
      await create(
        db,
        "rounds",
        `id ${int} primary key, scheme text not null, fee_ppm ${int} not null, window_blocks ${int} not null, started_ms ${int} not null, ended_ms ${int}, shares ${int} not null, work text not null, expected ${real} not null, frontier ${bytes} not null, previous_root ${bytes} not null`,
      );
      await create(
        db,
        "shares",
        `round ${int} not null, leaf ${int} not null, miner ${int} not null, body ${bytes} not null, primary key (round, leaf)`,
      );
      await sql`create index shares_of_miner on shares (miner, round, leaf)`.execute(db);
      await create(
        db,
        "round_work",
        `round ${int} not null, miner ${int} not null, work text not null, shares ${int} not null, expected ${real} not null, primary key (round, miner)`,
      );
      await sql`create index round_work_of_miner on round_work (miner, round)`.execute(db);
      await create(
        db,
        "tree_heads",
        `round ${int} not null, size ${int} not null, final ${int} not null, time_ms ${int} not null, root ${bytes} not null, signature ${bytes} not null, primary key (round, size, final)`,
      );
      await create(
        db,
        "blocks",
        `id text primary key, round ${int} not null unique, height ${int} not null, miner ${int} not null, state text not null, block_work text not null, found_ms ${int} not null, reward text, fee text, pool_atoms text, total_work text, refused text`,
      );
      await sql`create index blocks_by_state on blocks (state, height)`.execute(db);
      await create(
        db,
        "credits",
        `kind text not null, ref text not null, miner ${int} not null, work text not null, amount text not null, value text, primary key (kind, ref, miner)`,
      );
      await sql`create index credits_of_miner on credits (miner)`.execute(db);
      await create(
        db,
        "payouts",
        `id ${int} primary key, nonce ${int} not null, tx_id text not null unique, bytes ${bytes} not null, fee text not null, burn text not null, cost text not null, state text not null, created_ms ${int} not null, height ${int}`,
      );
      await create(
        db,
        "payout_outputs",
        `payout ${int} not null, miner ${int} not null, gross text not null, amount text not null, fee_part text not null, burn text not null, primary key (payout, miner)`,
      );
      await sql`create index payout_outputs_of_miner on payout_outputs (miner, payout)`.execute(db);
      await create(
        db,
        "pool_entries",
        `id ${int} primary key, time_ms ${int} not null, kind text not null, amount text not null`,
      );
      await create(
        db,
        "samples",
        `minute ${int} not null, miner ${int} not null, shares ${int} not null, work text not null, primary key (minute, miner)`,
      );
      await create(
        db,
        "withheld",
        `id ${int} primary key, round ${int} not null, leaf ${int} not null, miner ${int} not null, body ${bytes} not null`,
      );
    },
  };
}
