/** Status, specification and blocks. */
import { Type } from "typebox";
import { Block, BlockPage, Status, type Transaction, TransactionPage } from "#api/contract";
import type { App } from "#api/server";
import { specToJson } from "#spec";
import type { BlockRecord, NodePorts } from "./ports.ts";
import { BlockPath, DEFAULT_LIMIT, findBlock, Limit, PageQuery } from "./route-inputs.ts";
import { isCanonical, showBlock, showBlockSummary } from "./show-block.ts";
import { showStatus } from "./show-status.ts";
import { showIncluded, showStale } from "./show-transaction.ts";

const ListQuery = Type.Object(
  {
    from: Type.Optional(
      Type.Integer({ minimum: 0, description: "height of the first block listed; default: the head" }),
    ),
    limit: Limit,
  },
  { additionalProperties: false },
);

export function addChainRoutes(app: App, ports: NodePorts): void {
  const { chain } = ports;
  const tags = ["chain"];

  app.get(
    "/v1/status",
    { schema: { tags, summary: "Chain, head and state of this node", response: { 200: Status } } },
    () => showStatus(ports),
  );
  app.get(
    "/v1/chain",
    {
      schema: {
        tags,
        summary: "The chain's specification; its canonical form hashes to the chain id",
        response: { 200: Type.Unsafe<unknown>(Type.Object({})) },
      },
    },
    () => specToJson(chain.spec),
  );
  app.get(
    "/v1/blocks",
    {
      schema: {
        tags,
        summary: "Blocks of the chain, newest first, from a height down",
        querystring: ListQuery,
        response: { 200: BlockPage },
      },
    },
    async ({ query }): Promise<BlockPage> => {
      const first = Math.min(query.from ?? Number.MAX_SAFE_INTEGER, chain.head().header.height);
      const items: BlockPage["items"] = [];
      let height = first;
      for (; height >= 0 && items.length < (query.limit ?? DEFAULT_LIMIT); height--) {
        const record = await chain.blockAt(height);
        if (record === null) break;
        items.push(await showBlockSummary(chain, record));
      }
      return { items, nextFrom: height >= 0 && items.length > 0 ? height : null };
    },
  );
  app.get(
    "/v1/blocks/:heightOrHash",
    {
      schema: {
        tags,
        summary: "One block with the first of its transactions",
        params: BlockPath,
        querystring: PageQuery,
        response: { 200: Block },
      },
    },
    async ({ params, query }) => {
      const record = await findBlock(chain, params.heightOrHash);
      return showBlock(chain, record, await pageOf(ports, record, query));
    },
  );
  app.get(
    "/v1/blocks/:heightOrHash/transactions",
    {
      schema: {
        tags,
        summary: "A block's transactions in their order",
        params: BlockPath,
        querystring: PageQuery,
        response: { 200: TransactionPage },
      },
    },
    async ({ params, query }) => pageOf(ports, await findBlock(chain, params.heightOrHash), query),
  );
}

async function pageOf(
  { chain }: NodePorts,
  record: BlockRecord,
  { offset = 0, limit = DEFAULT_LIMIT }: { readonly offset?: number; readonly limit?: number },
): Promise<TransactionPage> {
  const { header, id, transactionCount: total } = record;
  const found = offset >= total ? [] : await chain.transactions(id, offset, limit);
  const showing = { prefix: chain.spec.addressPrefix, isWhole: false };
  const block = { height: header.height, id, timeMs: header.timeMs };
  const canonical = await isCanonical(chain, record);
  const headHeight = chain.head().header.height;
  const items: Transaction[] = found.map((item, i) =>
    canonical ? showIncluded({ item, block, index: offset + i }, headHeight, showing) : showStale(item, showing),
  );
  const end = offset + items.length;
  return { items, total, nextOffset: end < total && items.length > 0 ? end : null };
}
