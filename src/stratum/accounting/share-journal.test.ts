import { sql } from "kysely";
import { describe, expect, test } from "vitest";
import { asHash, equalBytes, type Hash, OperationError, toHex } from "#base";
import { driveSettle } from "../../../test/support/drive.ts";
import { tempDir } from "../../../test/support/temp.ts";
import { createLogTree, frontierRoot, leafHash } from "../trust/share-log.ts";
import { decodeShareRecord } from "../trust/share-record.ts";
import { createAccounting } from "./accounting.ts";
import type { PoolDatabase } from "./database.ts";
import { recordBytesOf } from "./record-bytes.ts";
import { foundBlock, testAddress } from "./testing/share-maker.ts";
import { createTestPool, POOL_KEY, type TestPool } from "./testing/test-pool.ts";

const share = (pool: TestPool, who = 1, work = 3n) =>
  pool.maker.unworked({ address: testAddress(who), work, timeMs: pool.clock.nowMs(), worker: `rig${who}` });

async function loadRecords(pool: TestPool) {
  const rows = await pool.database.reader.selectFrom("shares").selectAll().orderBy("round").orderBy("leaf").execute();
  return rows.map((row) => recordBytesOf(POOL_KEY, row));
}

describe("the share journal", () => {
  test("a share counts once it is durable, after the time of a batch at the latest", async () => {
    await using pool = await createTestPool();
    const { shares } = pool.accounting;
    let counted = false;
    const promise = Promise.resolve(shares.accepted(share(pool))).then(() => {
      counted = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(counted).toBe(false);
    await driveSettle(pool.clock, promise);
    expect(await loadRecords(pool)).toHaveLength(1);
  });

  test("the log has every share in its order, and its root is that of the leaves", async () => {
    await using pool = await createTestPool({ maxBatch: 7 });
    const shares = Array.from({ length: 40 }, (_, i) => share(pool, i % 5));
    await pool.count(shares);
    const records = await loadRecords(pool);
    records.forEach((bytes, leaf) => {
      const record = decodeShareRecord(bytes)!;
      expect(record).toMatchObject({ round: 1, leaf, worker: `rig${leaf % 5}` });
      expect(equalBytes(record.header, shares[leaf]!.header)).toBe(true);
    });
    const round = pool.accounting.shares.round();
    expect(frontierRoot(round.frontier)).toEqual(createLogTree(records.map(leafHash)).root(40));
  });

  test("a block ends its round, also in the middle of a batch", async () => {
    await using pool = await createTestPool();
    const { shares } = pool.accounting;
    const [before, block, after] = [share(pool), share(pool, 2), share(pool)];
    const counted = [shares.accepted(before), shares.accepted(block)];
    shares.blockFound(foundBlock(block));
    counted.push(shares.accepted(after));
    await shares.flush();
    await Promise.all(counted);
    const records = (await loadRecords(pool)).map((bytes) => decodeShareRecord(bytes)!);
    expect(records.map(({ round, leaf }) => [round, leaf])).toEqual([
      [1, 0],
      [1, 1],
      [2, 0],
    ]);
    const head = await pool.database.reader.selectFrom("tree_heads").selectAll().executeTakeFirstOrThrow();
    expect(head).toMatchObject({ round: 1, size: 2, final: 1 });
    expect(shares.round().previousRoot).toEqual(new Uint8Array(head.root));
  });

  test("a block that fills a batch is still a block", async () => {
    await using pool = await createTestPool({ maxBatch: 2 });
    const { shares } = pool.accounting;
    const block = share(pool, 2);
    const counted = [shares.accepted(share(pool)), shares.accepted(block)];
    shares.blockFound(foundBlock(block));
    await driveSettle(pool.clock, Promise.all(counted));
    expect(shares.round().id).toBe(2);
  });

  test("work on the parent of the block before counts as work, and not as a chance", async () => {
    const file = `${tempDir("spent")}/pool.db`;
    const database = { kind: "sqlite" as const, file };
    let before: unknown;
    {
      await using pool = await createTestPool({ database });
      const { maker, accounting } = pool;
      const parent = asHash(new Uint8Array(32).fill(7));
      const make = (wish: { parent?: Hash }) =>
        maker.unworked({ address: testAddress(1), work: maker.blockWork / 2n, timeMs: pool.clock.nowMs(), ...wish });
      const block = make({ parent });
      const counted = [accounting.shares.accepted(block)];
      accounting.shares.blockFound(foundBlock(block));
      counted.push(accounting.shares.accepted(make({ parent })), accounting.shares.accepted(make({})));
      await accounting.shares.flush();
      await Promise.all(counted);
      const { id, work, expected, tallies } = accounting.shares.round();
      expect({ id, work }).toEqual({ id: 2, work: 2n * (maker.blockWork / 2n) });
      expect(expected).toBeCloseTo(0.5, 3);
      before = { expected, tallies };
    }
    // As it was before the process ended.
    await using pool = await createTestPool({ database });
    const { expected, tallies } = pool.accounting.shares.round();
    expect({ expected, tallies }).toEqual(before);
  });

  test("what the node says of a block is noted, however early", async () => {
    await using pool = await createTestPool();
    const block = share(pool);
    const counted = pool.accounting.shares.accepted(block);
    pool.accounting.shares.blockFound(foundBlock(block));
    pool.accounting.shares.blockResult(foundBlock(block), { accepted: false, reason: "stale" });
    await pool.accounting.shares.flush();
    await counted;
    await pool.database.write(async () => {});
    const row = await pool.database.reader.selectFrom("blocks").selectAll().executeTakeFirstOrThrow();
    expect(row).toMatchObject({ refused: "stale", state: "pending" });
  });

  test("more shares than may wait are refused", async () => {
    await using pool = await createTestPool({ maxQueue: 3 });
    const { shares } = pool.accounting;
    const counted = [1, 2, 3].map(() => shares.accepted(share(pool)));
    expect(() => shares.accepted(share(pool))).toThrow(OperationError);
    await shares.flush();
    await Promise.all(counted);
    await pool.count([share(pool)]);
  });
});

describe("a full disk", () => {
  test("is what is said, also where SQLite has rolled back by itself", async () => {
    await using pool = await createTestPool();
    const written = pool.database.write(async (tx) => {
      await sql`rollback`.execute(tx);
      throw Object.assign(new Error("database or disk is full"), { code: "SQLITE_FULL" });
    });
    await expect(written).rejects.toMatchObject({ code: "pool-storage-full" });
    await pool.count([share(pool)]);
  });

  test("stops the counting, is said, refuses what was not written, and ends when there is room", async () => {
    const file = `${tempDir("full")}/pool.db`;
    await using pool = await createTestPool({ database: { kind: "sqlite", file, maxPages: 120 } });
    const { shares } = pool.accounting;
    let acknowledged = 0;
    for (let i = 0; i < 100 && shares.obstacle() === null; i++) {
      const counted = Array.from({ length: 50 }, () => Promise.resolve(shares.accepted(share(pool, i))));
      await shares.flush();
      const results = await Promise.allSettled(counted);
      acknowledged += results.filter(({ status }) => status === "fulfilled").length;
    }
    expect(shares.obstacle()).toBe("the pool's disk is full");
    expect(acknowledged).toBeGreaterThan(100);
    expect(pool.news.at(-1)).toEqual({ name: "obstacle", event: { text: "the pool's disk is full" } });

    // A block is not given up: it waits until it can be written.
    const refused = Array.from({ length: 50 }, () => Promise.resolve(shares.accepted(share(pool))));
    const block = share(pool);
    const counted = Promise.resolve(shares.accepted(block));
    shares.blockFound(foundBlock(block));
    await shares.flush();
    expect((await Promise.allSettled(refused)).every(({ status }) => status === "rejected")).toBe(true);
    expect(await loadRecords(pool)).toHaveLength(acknowledged);
    // One that was never taken is not forgotten either: the server tells of it while it refuses shares.
    shares.blockFound(foundBlock(share(pool, 2)));

    await makeRoom(pool);
    await driveSettle(pool.clock, counted);
    expect(shares.obstacle()).toBeNull();
    expect(pool.news.at(-1)).toEqual({ name: "obstacle", event: { text: null } });
    await pool.count([share(pool)]);
    expect(await loadRecords(pool)).toHaveLength(acknowledged + 3);
    expect((await pool.accounting.checkBooks()).problems).toEqual([]);
    expect(shares.round().id).toBe(3);
  });
});

describe("a database that takes a batch, and goes away before it says so", () => {
  test.each([true, false])("counts its shares once, and answers when it is back (written: %s)", async (isWritten) => {
    await using pool = await createTestPool();
    let away: "no" | "in the commit" | "for good" = "no";
    const lost = () => new OperationError("pool-storage", "the connection was lost");
    const database: PoolDatabase = {
      ...pool.database,
      get reader() {
        if (away === "for good") throw lost();
        return pool.database.reader;
      },
      async write(task) {
        if (away === "for good") throw lost();
        if (away === "no") return pool.database.write(task);
        if (isWritten) await pool.database.write(task);
        away = "for good";
        throw lost();
      },
    };
    const { shares } = await createAccounting(pool.options, { ...pool.parts, database });
    let answers = 0;
    const count = () => Promise.resolve(shares.accepted(share(pool))).then(() => void answers++);
    away = "in the commit";
    const doubtful = [count(), count()];
    await shares.flush();
    const refused = expect(count()).rejects.toMatchObject({ code: "pool-storage" });
    await shares.flush();
    await refused;
    expect([answers, shares.obstacle()]).toEqual([0, "the pool cannot write its books"]);
    away = "no";
    await driveSettle(pool.clock, Promise.all(doubtful));
    await driveSettle(pool.clock, count());
    expect(shares.obstacle()).toBeNull();
    const records = await loadRecords(pool);
    expect(records.map((bytes) => decodeShareRecord(bytes)!.leaf)).toEqual([0, 1, 2]);
    expect(new Set(records.map((bytes) => toHex(decodeShareRecord(bytes)!.header))).size).toBe(3);
    await shares.stop();
  });
});

/** As an operator would: the limit of the database file is lifted. */
async function makeRoom(pool: TestPool): Promise<void> {
  await sql`pragma max_page_count = 100000`.execute(pool.database.reader);
}
