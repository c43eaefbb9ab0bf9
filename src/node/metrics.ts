/** Prometheus metrics of a node; each is read when asked for. */
import { Counter, collectDefaultMetrics, Gauge, Registry } from "prom-client";
import type { Core } from "./core.ts";

export function createMetrics(core: Core): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: "agon_" });
  const gauge = (name: string, help: string, read: () => number): void => {
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  };
  gauge("agon_chain_height_blocks", "Height of the head", () => core.chain.head.header.height);
  gauge("agon_chain_finalized_height_blocks", "Height of the final checkpoint", () => core.chain.finalizedHeight);
  gauge("agon_chain_orphans_blocks", "Blocks whose parent is unknown", () => core.chain.orphanCount);
  gauge("agon_state_accounts", "Accounts in the state", () => core.chain.stateStats().accounts);
  gauge("agon_mempool_transactions", "Pending transactions", () => core.mempool.count);
  gauge("agon_mempool_bytes", "Size of pending transactions", () => core.mempool.sizeBytes);
  gauge("agon_peers", "Peers on our chain", () => core.handshake.ready.size);
  gauge("agon_sync_target_height_blocks", "Height of the best peer", () => core.sync.targetHeight);
  gauge("agon_mining_hashes_per_second", "Hashes tried", () => core.producer.hashRate());
  gauge("agon_read_only", "1 when the disk refuses to write", () => (core.disk.readOnly === null ? 0 : 1));
  const applied = new Counter({
    name: "agon_blocks_applied_total",
    help: "Blocks that joined the chain",
    registers: [registry],
  });
  const reverted = new Counter({
    name: "agon_blocks_reverted_total",
    help: "Blocks that left it",
    registers: [registry],
  });
  const included = new Counter({
    name: "agon_transactions_included_total",
    help: "Transactions in blocks that joined the chain",
    registers: [registry],
  });
  core.events.on("head-changed", (move) => {
    applied.inc(move.applied.length);
    reverted.inc(move.reverted.length);
    for (const block of move.applied) included.inc(block.transactions.length);
  });
  return registry;
}
