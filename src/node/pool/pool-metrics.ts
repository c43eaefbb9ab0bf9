/** Prometheus metrics of a pool; each is read when asked for. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { Bus } from "#events";
import { type AccountingEvents, type PoolStatus, SHARE_RESULTS, type StratumMetrics } from "#stratum";

const ATOMS_OF_COIN = 100_000_000;
const ANSWER_BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5] as const;

export interface PoolMetricsParts {
  readonly stratum: StratumMetrics;
  readonly events: Bus<AccountingEvents>;
  status(): Promise<PoolStatus>;
}

export function createPoolMetrics({ stratum, events, status }: PoolMetricsParts): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: "agon_" });
  const registers = [registry];
  const gauge = (name: string, help: string, read: () => number | Promise<number>): void => {
    new Gauge({
      ...{ name, help, registers },
      async collect() {
        this.set(await read());
      },
    });
  };
  /** Counts that somebody else keeps: they only grow, and begin at 0 with the process. */
  const counter = (name: string, help: string, read: () => number): void => {
    new Counter({
      ...{ name, help, registers },
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  };
  gauge("agon_stratum_connections", "Open connections", () => stratum.connections);
  gauge("agon_stratum_sessions", "Connections that mine", () => stratum.sessions);
  gauge("agon_stratum_node_up", "1 while there is a node that gives work", () => stratum.nodeUp);
  counter("agon_stratum_connections_total", "Connections taken", () => stratum.connectionsTotal);
  counter("agon_stratum_connections_refused_total", "Turned away at the door", () => stratum.connectionsRefusedTotal);
  counter("agon_stratum_connections_dropped_total", "Closed by the server", () => stratum.connectionsDroppedTotal);
  counter("agon_stratum_work_hashes_total", "Expected hashes of accepted shares", () => Number(stratum.workTotal));
  counter("agon_stratum_blocks_found_total", "Shares that were blocks", () => stratum.blocksFoundTotal);
  counter("agon_stratum_blocks_accepted_total", "Blocks that the node took", () => stratum.blocksAcceptedTotal);
  counter("agon_stratum_sibling_blocks_total", "Shares that could only be siblings", () => stratum.siblingsTotal);
  counter("agon_stratum_jobs_total", "Jobs made", () => stratum.jobsTotal);
  counter("agon_stratum_requests_total", "Requests read", () => stratum.requestsTotal);
  counter("agon_stratum_malformed_lines_total", "Lines that were no requests", () => stratum.malformedLinesTotal);
  counter("agon_stratum_bans_total", "Hosts banned", () => stratum.bansTotal);
  addShares(registry, stratum);
  stratum.onAnswer = addLatency(registry);
  gauge(
    "agon_pool_hashes_per_second",
    "What the shares of ten minutes stand for",
    async () => (await status()).hashRate,
  );
  gauge(
    "agon_pool_round_effort_ratio",
    "Blocks that the round could expect",
    async () => (await status()).round.effort,
  );
  const coins = async (read: (of: PoolStatus) => bigint) => Number(read(await status())) / ATOMS_OF_COIN;
  gauge("agon_pool_owed_coins", "Owed to miners", () => coins(({ owedAtoms }) => owedAtoms));
  gauge("agon_pool_paying_coins", "In payouts that are not final", () => coins(({ payingAtoms }) => payingAtoms));
  gauge("agon_pool_paid_coins", "Paid", () => coins(({ paidAtoms }) => paidAtoms));
  gauge("agon_pool_account_coins", "The pool's own account", () => coins(({ poolAtoms }) => poolAtoms));
  gauge("agon_pool_obstacle", "1 while no shares are counted", async () =>
    (await status()).obstacle === null ? 0 : 1,
  );
  gauge("agon_pool_conflict", "1 while a payout is in conflict", async () =>
    (await status()).conflict === null ? 0 : 1,
  );
  new Gauge({
    ...{ name: "agon_pool_blocks", help: "Found blocks by state", labelNames: ["state"], registers },
    async collect() {
      for (const [state, count] of Object.entries((await status()).blocks)) this.set({ state }, count);
    },
  });
  const orphaned = new Counter({
    ...{ name: "agon_pool_blocks_orphaned_total", help: "Blocks that left the chain", registers },
  });
  events.on("block-orphaned", () => orphaned.inc());
  return registry;
}

function addShares(registry: Registry, stratum: StratumMetrics): void {
  new Counter({
    ...{ name: "agon_stratum_shares_total", help: "Shares by what became of them" },
    ...{ labelNames: ["result"], registers: [registry] },
    collect() {
      this.reset();
      for (const result of SHARE_RESULTS) this.inc({ result }, stratum.sharesTotal[result]);
    },
  });
}

/** @returns what is to be told of each answer */
function addLatency(registry: Registry): (ms: number) => void {
  const seconds = new Histogram({
    ...{ name: "agon_stratum_answer_seconds", help: "From the arrival of a request to its answer" },
    ...{ buckets: [...ANSWER_BUCKETS_SECONDS], registers: [registry] },
  });
  return (ms) => seconds.observe(ms / 1_000);
}
