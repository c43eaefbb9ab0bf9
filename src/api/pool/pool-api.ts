/** The API of a pool: the HTTP server with the routes of a pool on it. */
import { createHttpServer, type HttpServer, type HttpServerOptions, type HttpServerParts } from "#api/server";
import { addPoolOrders } from "./order-routes.ts";
import { addPoolRoutes } from "./pool-routes.ts";
import type { PoolPorts } from "./ports.ts";
import { addRoundRoutes, type EncodeHead } from "./round-routes.ts";
import { addThresholdRoute } from "./threshold-route.ts";

export interface PoolApiOptions extends Omit<HttpServerOptions, "about"> {
  readonly version: string;
}

export interface PoolApiParts extends HttpServerParts {
  readonly ports: PoolPorts;
  readonly encodeHead: EncodeHead;
}

/** @throws OperationError when the token file cannot be read or made */
export async function createPoolApi(options: PoolApiOptions, parts: PoolApiParts): Promise<HttpServer> {
  const about = {
    title: "Agon pool",
    version: options.version,
    description:
      "Amounts are decimal strings of atoms (1 coin = 10^8), work is expected hashes as decimal strings, bytes are lower-case hex. What else a node answers is passed on to the pool's node.",
  };
  const server = await createHttpServer({ ...options, about }, parts);
  addPoolRoutes(server.app, parts.ports, parts.clock);
  addRoundRoutes(server.app, parts.ports, parts.encodeHead);
  addPoolOrders(server.app, parts.ports);
  addThresholdRoute(server.app, parts.ports);
  return server;
}
