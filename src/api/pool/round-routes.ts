/** Rounds with their logs, and receipts: all that an audit reads (docs/spec/pool-accounting.md, LOG and AUDIT). */
import { Type } from "typebox";
import {
  PoolHeads,
  PoolProof,
  PoolReceipts,
  PoolRecords,
  PoolRound,
  PoolRounds,
  PoolStatementAnswer,
} from "#api/contract";
import { type App, invalid, notFound } from "#api/server";
import { type Hash, toHex } from "#base";
import { formatAddress } from "#crypto";
import type { ReceiptCursor } from "#stratum";
import { readAddress } from "../route-inputs.ts";
import { PoolPage } from "./pool-routes.ts";
import type { PoolPorts } from "./ports.ts";
import { showPage } from "./show-pool.ts";
import { showRound, showRoundLine, showStatement } from "./show-rounds.ts";

const MOST_RECORDS = 1_000;
const MOST_RECEIPTS = 500;
const Number53 = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const RoundPath = Type.Object({ round: Number53 });
const RoundsPage = Type.Object(
  {
    ...PoolPage.properties,
    block: Type.Optional(Type.String({ pattern: "^[0-9a-f]{64}$", description: "only the round that it ended" })),
  },
  { additionalProperties: false },
);
const query = <T extends Parameters<typeof Type.Object>[0]>(members: T) =>
  Type.Object(members, { additionalProperties: false });

export function addRoundRoutes(app: App, ports: PoolPorts, encodeHead: EncodeHead): void {
  const tags = ["pool"];
  app.get(
    "/v1/pool/rounds",
    { schema: { tags, summary: "Rounds, newest first", querystring: RoundsPage, response: { 200: PoolRounds } } },
    async ({ query }): Promise<PoolRounds> => showPage(await ports.rounds(query), showRoundLine),
  );
  app.get(
    "/v1/pool/rounds/:round",
    { schema: { tags, summary: "One round", params: RoundPath, response: { 200: PoolRound } } },
    async ({ params }): Promise<PoolRound> => {
      const round = await ports.round(params.round);
      if (round === null) throw notFound(`there is no round ${params.round}`);
      return showRound(round);
    },
  );
  addLogRoutes(app, ports, encodeHead, tags);
  addReceiptRoute(app, ports, tags);
}

/** Signature ‖ head (LOG-5); given, so that the API loads no pool. */
export type EncodeHead = (head: Awaited<ReturnType<PoolPorts["published"]["heads"]>>[number]) => Uint8Array;

function addLogRoutes(app: App, { published, facts }: PoolPorts, encodeHead: EncodeHead, tags: string[]): void {
  const showPath = (path: readonly Hash[] | null): PoolProof => ({ path: path === null ? null : path.map(toHex) });
  app.get(
    "/v1/pool/rounds/:round/heads",
    { schema: { tags, summary: "Its signed heads", params: RoundPath, response: { 200: PoolHeads } } },
    async ({ params }): Promise<PoolHeads> => ({
      items: (await published.heads(params.round)).map((head) => toHex(encodeHead(head))),
    }),
  );
  app.get(
    "/v1/pool/rounds/:round/records",
    {
      schema: {
        tags,
        summary: "Its log, leaf by leaf",
        params: RoundPath,
        querystring: query({ from: Number53, count: Type.Integer({ minimum: 1, maximum: MOST_RECORDS }) }),
        response: { 200: PoolRecords },
      },
    },
    async ({ params, query: { from, count } }): Promise<PoolRecords> => ({
      items: (await published.records(params.round, from, count)).map(toHex),
    }),
  );
  app.get(
    "/v1/pool/rounds/:round/inclusion",
    {
      schema: {
        tags,
        summary: "Proof of one leaf (LOG-3)",
        params: RoundPath,
        querystring: query({ leaf: Number53, size: Number53 }),
        response: { 200: PoolProof },
      },
    },
    async ({ params, query: { leaf, size } }): Promise<PoolProof> =>
      showPath(await published.inclusionProof(params.round, leaf, size)),
  );
  app.get(
    "/v1/pool/rounds/:round/consistency",
    {
      schema: {
        tags,
        summary: "Proof that one head grew out of another (LOG-4)",
        params: RoundPath,
        querystring: query({ from: Number53, to: Number53 }),
        response: { 200: PoolProof },
      },
    },
    async ({ params, query: { from, to } }): Promise<PoolProof> =>
      showPath(await published.consistencyProof(params.round, from, to)),
  );
  app.get(
    "/v1/pool/rounds/:round/statement",
    {
      schema: {
        tags,
        summary: "How its block was divided, signed (AUDIT-1)",
        params: RoundPath,
        response: { 200: PoolStatementAnswer },
      },
    },
    async ({ params }): Promise<PoolStatementAnswer> => {
      const statement = await published.statement(params.round);
      return { statement: statement === null ? null : showStatement(statement, facts.addressPrefix) };
    },
  );
}

function addReceiptRoute(app: App, { facts, receipts }: PoolPorts, tags: string[]): void {
  const prefix = facts.addressPrefix;
  app.get(
    "/v1/pool/receipts",
    {
      schema: {
        tags,
        summary: "Signed receipts of an address's shares, oldest first",
        querystring: query({
          address: Type.String({ maxLength: 200 }),
          after: Type.Optional(Type.String({ maxLength: 40, description: "`next` of the page before" })),
          limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MOST_RECEIPTS, default: MOST_RECEIPTS })),
        }),
        response: { 200: PoolReceipts },
      },
    },
    async ({ query: { address, after, limit } }): Promise<PoolReceipts> => {
      const miner = formatAddress(readAddress(address, prefix), prefix);
      const page = await receipts(miner, after === undefined ? null : readCursor(after), limit ?? MOST_RECEIPTS);
      return {
        items: page.receipts.map(({ round, leaf, bytes }) => ({ round, leaf, receipt: toHex(bytes) })),
        next: page.next === null ? null : `${page.next.round}:${page.next.leaf}`,
      };
    },
  );
}

function readCursor(text: string): ReceiptCursor {
  const found = /^(\d{1,15}):(\d{1,15})$/.exec(text);
  if (found === null) throw invalid("`after` is not one that was given out here");
  return { round: Number(found[1]), leaf: Number(found[2]) };
}
