/** The console: pages, the probe of every node, and all that a node answers, on one port. */
import { createHttpServer, type HttpServer, type RouteDescriptions } from "#api/server";
import { type Clock, type Logger, systemRandom } from "#base";
import type { DevnetFolder } from "../devnet-folder.ts";
import { CONSOLE_PORT, HOST } from "../options.ts";
import type { ConsoleParts } from "./console-parts.ts";
import { addFaucetRoute } from "./faucet-route.ts";
import { addNodeOrders } from "./node-orders.ts";
import { addNodeReads } from "./node-reads.ts";
import { addPoolOrders } from "./pool-orders.ts";
import { addProxyRoutes } from "./proxy-routes.ts";

export interface ConsoleOptions {
  readonly folder: DevnetFolder;
  /** Null: the default, or the next that is free. */
  readonly port: number | null;
  /** Of the built pages; need not exist yet. */
  readonly pagesFolder: string;
  readonly version: string;
}

export interface Console extends HttpServer {
  /** Takes what the routes of a node, and of the pool, are into the description of the console's own. */
  describeOthers(): Promise<void>;
}

export async function createConsole(
  { folder, port, pagesFolder, version }: ConsoleOptions,
  parts: ConsoleParts & { readonly clock: Clock; readonly log: Logger },
): Promise<Console> {
  const { clock, log, fleet, pool } = parts;
  let passedOn: RouteDescriptions | null = null;
  const server = await createHttpServer(
    {
      ...{ host: HOST, port: port ?? CONSOLE_PORT, isPortFixed: port !== null },
      ...{ allowedHosts: [], allowedOrigins: [], connectSources: [] },
      ...{ maxConnections: 1_024, maxStreams: 256, requestsPerSecond: 5_000, maxBodyBytes: 65_536 },
      ...{ requestTimeoutMs: 30_000, headersTimeoutMs: 10_000, idleTimeoutMs: 180_000 },
      ...{ tokenFile: folder.tokenFile, pagesFolder },
      about: {
        title: "Agon devnet",
        version,
        description:
          "The console of a network of nodes on one machine. What is not under /v1/devnet is answered by the node named in the header x-agon-node or the query parameter `node`, or by the first that runs; /v1/pool by the pool, where there is one.",
        passedOn: () => passedOn,
      },
    },
    { clock, log, random: systemRandom() },
  );
  addNodeReads(server.app, parts);
  addNodeOrders(server.app, parts);
  addFaucetRoute(server.app, parts);
  addPoolOrders(server.app, parts);
  addProxyRoutes(server.app, { fleet, pool, clock, audit: parts.audit, streams: server.streams });
  return {
    ...server,
    async describeOthers() {
      const node = await readDescriptions(fleet.firstRunning()?.api ?? null);
      const ofPool = await readDescriptions(pool?.view().api ?? null);
      passedOn = ofPool === null ? node : withPool(node, ofPool);
    },
  };
}

/** What the pool passes on to a node, the console passes on by itself. */
function withPool(node: RouteDescriptions | null, pool: RouteDescriptions): RouteDescriptions {
  const own = Object.entries(pool.paths).filter(([path]) => path.startsWith("/v1/pool/"));
  return {
    paths: { ...node?.paths, ...Object.fromEntries(own) },
    schemas: { ...pool.schemas, ...node?.schemas },
  };
}

/** Null when no node says; a description is not worth a failure. */
async function readDescriptions(api: string | null): Promise<RouteDescriptions | null> {
  if (api === null) return null;
  try {
    const response = await fetch(`${api}/v1/openapi.json`, { signal: AbortSignal.timeout(5_000) });
    const { paths, components } = (await response.json()) as { paths: object; components: { schemas: object } };
    return { paths: { ...paths }, schemas: { ...components.schemas } };
  } catch {
    return null;
  }
}
