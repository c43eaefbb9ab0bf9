/** The pool of the devnet as a process: what it is doing, and orders to it. */
import { DevnetPool } from "#api/contract";
import { type App, notFound, Refusal } from "#api/server";
import type { PoolProcess } from "../pool-process.ts";
import type { ConsoleParts } from "./console-parts.ts";
import { auditWith } from "./node-orders.ts";

export function addPoolOrders(app: App, parts: ConsoleParts): void {
  const tags = ["devnet"];
  const audited = auditWith(parts);
  const response = { 200: DevnetPool };
  app.get(
    "/v1/devnet/pool",
    { schema: { tags, summary: "The mining pool, where the devnet has one", response } },
    (): DevnetPool => existing(parts.pool).view(),
  );
  const actions = {
    start: { summary: "Start the pool again, on its ports and books", run: (pool) => pool.start() },
    shutdown: { summary: "End the pool gracefully", run: (pool) => pool.shutdown() },
    kill: { summary: "Kill the pool (SIGKILL)", run: (pool) => pool.kill() },
  } as const satisfies Record<string, { summary: string; run: (pool: PoolProcess) => Promise<void> }>;
  for (const [action, { summary, run }] of Object.entries(actions))
    app.post(
      `/v1/devnet/pool/${action}`,
      { config: { token: true }, schema: { tags, summary, response } },
      ({ ip }): Promise<DevnetPool> =>
        audited(action, "pool", ip, async () => {
          const pool = existing(parts.pool);
          await run(pool);
          return pool.view();
        }),
    );
}

/** @throws Refusal `not-found` */
function existing(pool: PoolProcess | null): PoolProcess {
  if (pool === null) throw notFound("this devnet runs no pool: start it with --pool");
  return pool;
}

/** @throws Refusal `pool-not-running` */
export function portOfRunning(pool: PoolProcess): number {
  const { state, note } = pool.view();
  if (state === "running" && pool.ports !== null) return pool.ports.api;
  const why = note === undefined ? "" : `, ${note}`;
  throw new Refusal(503, "pool-not-running", `the pool of this devnet does not run: ${state}${why}`);
}
