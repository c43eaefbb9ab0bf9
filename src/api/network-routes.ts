/** What is on its way: pending transactions and peers. */

import { type FeeBucket, Mempool, Peers } from "#api/contract";
import type { App } from "#api/server";
import type { PreparedTransaction } from "#model";
import type { NodePorts } from "./ports.ts";
import { DEFAULT_LIMIT, PageQuery } from "./route-inputs.ts";
import { showMempoolSummary } from "./show-status.ts";
import { showPending } from "./show-transaction.ts";

/** Lower bounds of the fee histogram, atoms a byte. */
const FEE_RATES = [0, 10, 11, 12, 15, 20, 30, 50, 100, 200, 500, 1_000, 10_000];

export function addNetworkRoutes(app: App, { chain, pending, peers }: NodePorts): void {
  const tags = ["network"];
  app.get(
    "/v1/mempool",
    {
      schema: {
        tags,
        summary: "What waits for a block: amounts, fees, and a page in the order of selection",
        querystring: PageQuery,
        response: { 200: Mempool },
      },
    },
    ({ query }): Mempool => {
      const { offset = 0, limit = DEFAULT_LIMIT } = query;
      const page: PreparedTransaction[] = [];
      const fees = FEE_RATES.map((minRate, i) => ({ minRate, maxRate: FEE_RATES[i + 1] ?? null, count: 0, bytes: 0 }));
      let index = 0;
      for (const item of pending.entries()) {
        if (index >= offset && page.length < limit) page.push(item);
        addToBucket(fees, item);
        index++;
      }
      const end = offset + page.length;
      const showing = { prefix: chain.spec.addressPrefix, isWhole: false };
      return {
        ...showMempoolSummary(pending),
        fees: fees.filter(({ count }) => count > 0),
        transactions: {
          items: page.map((item) => showPending(item, showing)),
          total: index,
          nextOffset: end < index && page.length > 0 ? end : null,
        },
      };
    },
  );
  app.get(
    "/v1/peers",
    { schema: { tags, summary: "Connected peers, our addresses and bans", response: { 200: Peers } } },
    () => peers(),
  );
}

function addToBucket(buckets: FeeBucket[], { transaction, bytes }: PreparedTransaction): void {
  const rate = Number(transaction.feeAtoms) / bytes.length;
  const bucket = buckets.findLast(({ minRate }) => rate >= minRate);
  if (bucket === undefined) return;
  bucket.count++;
  bucket.bytes += bytes.length;
}
