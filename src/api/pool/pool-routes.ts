/** A pool's state, miners, payouts and luck. */
import { Type } from "typebox";
import {
  PoolAccount,
  PoolCredits,
  PoolHistory,
  PoolInfo,
  PoolLuck,
  PoolMiner,
  PoolMinerPayouts,
  PoolMiners,
  PoolPayouts,
} from "#api/contract";
import { type App, notFound } from "#api/server";
import type { Clock } from "#base";
import { formatAddress } from "#crypto";
import { AddressPath, Limit, readAddress } from "../route-inputs.ts";
import type { PoolPorts } from "./ports.ts";
import {
  showCredit,
  showLuck,
  showMiner,
  showMinerLine,
  showMinerPayout,
  showPage,
  showPayout,
  showPool,
} from "./show-pool.ts";
import { showAccount } from "./show-rounds.ts";

const HOUR_MS = 3_600_000;
const MOST_HOURS = 168;

export const PoolPage = Type.Object(
  {
    before: Type.Optional(
      Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description: "`next` of the page before" }),
    ),
    limit: Limit,
  },
  { additionalProperties: false },
);
const HistoryQuery = Type.Object(
  { hours: Type.Optional(Type.Integer({ minimum: 1, maximum: MOST_HOURS, default: 24 })) },
  { additionalProperties: false },
);

/** Of who never had a share counted. */
export function noMiner(address: string): never {
  throw notFound(`no share of ${address} was counted yet`);
}

export function addPoolRoutes(app: App, ports: PoolPorts, clock: Clock): void {
  const tags = ["pool"];
  app.get(
    "/v1/pool/status",
    { schema: { tags, summary: "Terms, rates, blocks and sums", response: { 200: PoolInfo } } },
    async (): Promise<PoolInfo> => showPool(ports, await ports.status()),
  );
  app.get(
    "/v1/pool/history",
    {
      schema: {
        tags,
        summary: "Shares and hash rate by the minute",
        querystring: HistoryQuery,
        response: { 200: PoolHistory },
      },
    },
    async ({ query }): Promise<PoolHistory> => ({
      items: [...(await ports.samples(clock.nowMs() - (query.hours ?? 24) * HOUR_MS))],
    }),
  );
  app.get(
    "/v1/pool/luck",
    {
      schema: { tags, summary: "Luck, and who may keep blocks back (LUCK-1 to LUCK-4)", response: { 200: PoolLuck } },
    },
    async (): Promise<PoolLuck> => showLuck(await ports.luck()),
  );
  app.get(
    "/v1/pool/miners",
    {
      schema: {
        tags,
        summary: "All that ever had a share counted, the newest first",
        querystring: PoolPage,
        response: { 200: PoolMiners },
      },
    },
    async ({ query }): Promise<PoolMiners> => {
      const connections = ports.connections();
      return showPage(await ports.miners(query), (line) => showMinerLine(line, connections));
    },
  );
  app.get(
    "/v1/pool/payouts",
    { schema: { tags, summary: "Payouts, newest first", querystring: PoolPage, response: { 200: PoolPayouts } } },
    async ({ query }): Promise<PoolPayouts> => showPage(await ports.payouts(query), showPayout),
  );
  addMinerRoutes(app, ports, tags);
}

function addMinerRoutes(app: App, ports: PoolPorts, tags: string[]): void {
  const prefix = ports.facts.addressPrefix;
  const read = (text: string): string => formatAddress(readAddress(text, prefix), prefix);
  app.get(
    "/v1/pool/miners/:address",
    { schema: { tags, summary: "One miner, by its address", params: AddressPath, response: { 200: PoolMiner } } },
    async ({ params }): Promise<PoolMiner> => {
      const miner = await ports.miner(read(params.address));
      return miner === null ? noMiner(params.address) : showMiner(miner, ports.connections());
    },
  );
  app.get(
    "/v1/pool/miners/:address/credits",
    {
      schema: {
        tags,
        summary: "What it earned, and why each amount is what it is",
        params: AddressPath,
        querystring: PoolPage,
        response: { 200: PoolCredits },
      },
    },
    async ({ params, query }): Promise<PoolCredits> =>
      showPage(await ports.credits(read(params.address), query), showCredit),
  );
  app.get(
    "/v1/pool/miners/:address/payouts",
    {
      schema: {
        tags,
        summary: "What it was paid, with its part of fees and burns",
        params: AddressPath,
        querystring: PoolPage,
        response: { 200: PoolMinerPayouts },
      },
    },
    async ({ params, query }): Promise<PoolMinerPayouts> =>
      showPage(await ports.minerPayouts(read(params.address), query), showMinerPayout),
  );
  app.get(
    "/v1/pool/miners/:address/account",
    { schema: { tags, summary: "Its account, for an audit", params: AddressPath, response: { 200: PoolAccount } } },
    async ({ params }): Promise<PoolAccount> => {
      const account = await ports.published.account(readAddress(params.address, prefix));
      return account === null ? noMiner(params.address) : showAccount(account);
    },
  );
}
