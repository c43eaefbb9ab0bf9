/** The API of a node: the HTTP server with all routes of a node on it. */

import { createHttpServer, type HttpServer, type HttpServerOptions, type HttpServerParts } from "#api/server";
import { addAccountRoutes } from "./account-routes.ts";
import { addAdminRoutes } from "./admin-routes.ts";
import { addChainRoutes } from "./chain-routes.ts";
import { addEventRoutes } from "./event-routes.ts";
import { addMiningRoutes } from "./mining-routes.ts";
import { addNetworkRoutes } from "./network-routes.ts";
import type { NodePorts } from "./ports.ts";
import { addRecordRoutes } from "./record-routes.ts";
import { addStakeRoutes } from "./stake-routes.ts";
import { addSystemRoutes } from "./system-routes.ts";
import { addTransactionRoutes, type SubmitLimits } from "./transaction-routes.ts";

export const DEFAULT_SUBMIT_LIMITS: SubmitLimits = { maxTransactions: 1_000, maxBodyBytes: 4 * 1_048_576 };

export interface NodeApiOptions extends Omit<HttpServerOptions, "about"> {
  /** Of the node, for the description. */
  readonly version: string;
  readonly submit: SubmitLimits;
}

export interface NodeApiParts extends HttpServerParts {
  readonly ports: NodePorts;
}

/** @throws OperationError when the token file cannot be read or made */
export async function createNodeApi(options: NodeApiOptions, parts: NodeApiParts): Promise<HttpServer> {
  const about = {
    title: "Agon node",
    version: options.version,
    description:
      "Amounts are decimal strings of atoms (1 coin = 10^8), bytes lower-case hex, addresses bech32m, times milliseconds.",
  };
  const server = await createHttpServer({ ...options, about }, parts);
  const { app, streams } = server;
  addChainRoutes(app, parts.ports);
  addTransactionRoutes(app, parts.ports, options.submit);
  addRecordRoutes(app, parts.ports);
  addAccountRoutes(app, parts.ports);
  addNetworkRoutes(app, parts.ports);
  addEventRoutes(app, parts.ports, { streams, clock: parts.clock, log: parts.log });
  addAdminRoutes(app, parts.ports);
  addMiningRoutes(app, parts.ports);
  addStakeRoutes(app, parts.ports);
  addSystemRoutes(app, parts.ports);
  return server;
}
