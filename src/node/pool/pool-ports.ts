/** The pool as its API sees it. */
import type { PoolFacts, PoolPorts } from "#api";
import { ed25519PublicKey } from "#crypto";
import {
  createPublished,
  type FetchedSource,
  loadCredits,
  loadLuck,
  loadMiner,
  loadMinerPayouts,
  loadMiners,
  loadPayouts,
  loadPoolSamples,
  loadPoolStatus,
  loadReceipts,
  loadRound,
  loadRounds,
  type QueryContext,
  type StratumServer,
} from "#stratum";

export interface PoolPortsParts {
  readonly books: QueryContext;
  readonly server: StratumServer;
  readonly source: FetchedSource;
  readonly facts: Pick<PoolFacts, "chainName" | "dropEvery" | "startedMs" | "version" | "stratum">;
}

export function createPoolPorts({ books, server, source, facts }: PoolPortsParts): PoolPorts {
  const { accounting, options, parts } = books;
  const { chainId, addressPrefix, payoutDepth } = options;
  return {
    facts: { ...facts, chainId, addressPrefix, payoutDepth, key: ed25519PublicKey(parts.receiptSeed) },
    status: () => loadPoolStatus(books),
    troubles() {
      const work = source.state();
      const obstacle = accounting.shares.obstacle();
      const conflict = accounting.payouts.conflict();
      return [
        ...(work.kind === "down" ? [`the node gives no work: ${work.why}`] : []),
        ...(obstacle === null ? [] : [`no shares are counted: ${obstacle}`]),
        ...(conflict === null ? [] : [`no payouts are made: ${conflict}`]),
      ];
    },
    connections: () => server.miners(),
    samples: (sinceMs) => loadPoolSamples(books, sinceMs),
    luck: () => loadLuck(books),
    miners: (request) => loadMiners(books, request),
    miner: (address) => loadMiner(books, address),
    credits: (address, request) => loadCredits(books, address, request),
    minerPayouts: (address, request) => loadMinerPayouts(books, address, request),
    payouts: (request) => loadPayouts(books, request),
    rounds: (request) => loadRounds(books, request),
    round: (id) => loadRound(books, id),
    receipts: (address, after, limit) => loadReceipts(options, parts, address, after, limit),
    published: createPublished(options, parts),
    orders: {
      async pay() {
        await accounting.shares.flush();
        await accounting.shares.publishHead();
        await accounting.settle();
        await accounting.pay();
      },
      setThreshold: (address, thresholdAtoms) => accounting.setThreshold(address, thresholdAtoms),
      orderThreshold: (order) => accounting.orderThreshold(order),
      withdraw: (to, amountAtoms) => accounting.withdraw(to, amountAtoms),
      releasePayout: (transactionId) => accounting.releasePayout(transactionId),
      move: (to) => server.redirect(to),
    },
  };
}
