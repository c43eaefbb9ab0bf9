/**
 * All that is not about the devnet itself: passed on to the node that the caller names, or the first that runs; what is
 * about the pool, to the pool.
 */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import { json } from "node:stream/consumers";
import type { Status } from "#api/contract";
import { type App, type Outlet, openSocketOutlet, Refusal, type Streams } from "#api/server";
import type { Clock } from "#base";
import type { AuditLog } from "../audit-log.ts";
import type { Fleet } from "../fleet.ts";
import { HOST } from "../options.ts";
import type { PoolProcess } from "../pool-process.ts";
import { runningNode } from "./choose-node.ts";
import { passBack, sendOn, type Target } from "./forward.ts";
import { portOfRunning } from "./pool-orders.ts";

/** The caller's choice of node; `?node=` says the same. */
const NODE_HEADER = "x-agon-node";

export interface ProxyParts {
  readonly fleet: Fleet;
  readonly pool: PoolProcess | null;
  readonly audit: AuditLog;
  readonly streams: Streams;
  readonly clock: Clock;
}

interface ProxyRoute {
  readonly url: string;
  readonly method: readonly string[];
  /** Needs the console's token, and is passed on with that of the target. */
  readonly isOrder?: boolean;
  readonly isAudited?: boolean;
  readonly isPools?: boolean;
}

const READING = ["GET", "POST", "PUT", "PATCH", "DELETE"];
const ROUTES: readonly ProxyRoute[] = [
  // The node says which of them it takes.
  { url: "/v1/*", method: READING },
  { url: "/v1/admin/*", method: ["GET", "POST"], isOrder: true, isAudited: true },
  // A miner asks for work all the time: that is not worth a line each.
  { url: "/v1/mining/*", method: ["GET", "POST"], isOrder: true },
  { url: "/metrics", method: ["GET"] },
  { url: "/health", method: ["GET"] },
];
const POOL_ROUTES: readonly ProxyRoute[] = [
  { url: "/v1/pool/*", method: READING, isPools: true },
  { url: "/v1/pool/orders/*", method: ["GET", "POST"], isPools: true, isOrder: true, isAudited: true },
];

export function addProxyRoutes(app: App, parts: ProxyParts): void {
  const { pool } = parts;
  addSocketRoute(app, parts);
  if (pool !== null) addStatusRoute(app, parts);
  app.register(async (scope) => {
    // Bodies pass through unread.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("*", (_request, body, done) => done(null, body));
    for (const { url, method, isOrder = false, isAudited = false, isPools = false } of [
      ...ROUTES,
      ...(pool === null ? [] : POOL_ROUTES),
    ])
      scope.route({
        ...{ url, method: [...method], config: { token: isOrder }, schema: { hide: true } },
        handler: async (request, reply) => {
          // A node knows nothing of these, and would not say which method is meant.
          if (request.url.startsWith("/v1/devnet/")) return reply.callNotFound();
          const target =
            isPools && pool !== null
              ? poolTarget(pool, request.url, isOrder)
              : targetOf(parts.fleet, request.url, request.headers, isOrder);
          const isStream = request.headers.accept?.includes("text/event-stream") === true;
          if (isStream) parts.streams.assertRoom();
          const answer = await sendOn(request.raw, target);
          if (isAudited) recordOrder(parts.audit, target, request.ip, answer.statusCode ?? 502);
          reply.hijack();
          if (answer.headers["content-type"]?.startsWith("text/event-stream")) parts.streams.add(outletOf(reply.raw));
          passBack(answer, reply.raw, { ...ownHeaders(reply.getHeaders()), [NODE_HEADER]: target.name });
          return reply;
        },
      });
  });
}

/** A devnet with a pool says so: what a node says of itself, and one feature more. */
function addStatusRoute(app: App, { fleet }: ProxyParts): void {
  app.route({
    ...{ method: "GET", url: "/v1/status", exposeHeadRoute: false, schema: { hide: true } },
    handler: async (request, reply) => {
      const target = targetOf(fleet, request.url, request.headers, false);
      const answer = await sendOn(request.raw, target);
      reply.code(answer.statusCode ?? 502).header(NODE_HEADER, target.name);
      const said = (await readJson(answer)) as Status;
      return answer.statusCode === 200 ? { ...said, features: [...said.features, "pool"] } : said;
    },
  });
}

/** @throws Refusal when the node stops in the middle of its answer */
async function readJson(answer: IncomingMessage): Promise<unknown> {
  try {
    return await json(answer);
  } catch (cause) {
    throw new Refusal(502, "node-unreachable", `the node broke off its answer: ${(cause as Error).message}`);
  }
}

/** `/v1/admin/mine` is written down as `admin/mine`. */
function recordOrder(audit: AuditLog, { name, path }: Target, from: string, status: number): void {
  const action = path.replace(/^\/v1\/|\?.*$/g, "").slice(0, 40);
  const ok = status < 400;
  audit.add({ atMs: Date.now(), action, node: name, from, ok, ...(ok ? {} : { message: `answered ${status}` }) });
}

/** @throws Refusal when it does not run */
function poolTarget(pool: PoolProcess, path: string, isOrder: boolean): Target {
  const known = { name: pool.name, port: portOfRunning(pool), path };
  return isOrder ? { ...known, token: pool.token() } : known;
}

/** @throws Refusal when that node does not run */
function targetOf(fleet: Fleet, url: string, headers: IncomingHttpHeaders, isOrder: boolean): Target {
  const [path = "/", query = ""] = url.split("?", 2);
  const parameters = new URLSearchParams(query);
  const header = headers[NODE_HEADER];
  const node = runningNode(fleet, parameters.get("node") ?? (typeof header === "string" ? header : undefined));
  parameters.delete("node");
  const rest = parameters.size === 0 ? "" : `?${parameters}`;
  const known = { name: node.name, port: node.ports.api, path: `${path}${rest}` };
  return isOrder ? { ...known, token: node.token() } : known;
}

function ownHeaders(headers: Readonly<Record<string, number | string | string[] | undefined>>): Record<string, string> {
  const own: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) own[name] = String(value);
  return own;
}

/** A stream that passes through counts as one of ours, and ends when we do. */
function outletOf(reply: ServerResponse): Outlet {
  const gone = new AbortController();
  reply.on("close", () => gone.abort());
  return {
    signal: gone.signal,
    begin() {},
    send() {},
    taken: () => Promise.resolve(),
    close: () => void reply.end(),
  };
}

function addSocketRoute(app: App, { fleet, streams, clock }: ProxyParts): void {
  app.route({
    method: "GET",
    url: "/v1/ws",
    exposeHeadRoute: false,
    schema: { hide: true },
    preHandler: async (request) => {
      streams.assertRoom();
      targetOf(fleet, request.url, request.headers, false);
    },
    handler: async (request, reply) => {
      // Not a WebSocket: the node says what it thinks of that.
      const target = targetOf(fleet, request.url, request.headers, false);
      const answer = await sendOn(request.raw, target);
      reply.hijack();
      passBack(answer, reply.raw, { [NODE_HEADER]: target.name });
      return reply;
    },
    wsHandler: (socket, request) => {
      const { port, path } = targetOf(fleet, request.url, request.headers, false);
      const outlet = openSocketOutlet(socket, clock);
      streams.add(outlet);
      const upstream = new WebSocket(`ws://${HOST}:${port}${path}`);
      upstream.addEventListener("message", ({ data }) => outlet.send({ type: "", cursor: null, json: String(data) }));
      upstream.addEventListener("close", () => outlet.close());
      upstream.addEventListener("error", () => outlet.close());
      outlet.signal.addEventListener("abort", () => upstream.close(), { once: true });
    },
  });
}
