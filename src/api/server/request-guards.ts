/** What each request passes before a route sees it: length of the URL, host, origin and site, token. */
import type { FastifyReply, FastifyRequest } from "fastify";
import type { App } from "./app.ts";
import { judgeCaller } from "./caller-guard.ts";
import { type HttpOptions, MAX_URL_BYTES } from "./options.ts";
import { Refusal } from "./refusal.ts";

const PREFLIGHT_SECONDS = 600;

export function installRequestGuards(
  app: App,
  options: HttpOptions,
  hasToken: (authorization: string | undefined) => boolean,
): void {
  app.addHook("onRequest", async (request, reply) => {
    if (request.url.length > MAX_URL_BYTES)
      throw new Refusal(414, "url-too-long", `the URL is longer than ${MAX_URL_BYTES} bytes`);
    const isPreflight = checkCaller(request, reply, options);
    if (isPreflight) return reply.code(204).send();
    if (request.routeOptions.config.token === true && !hasToken(request.headers.authorization)) {
      reply.header("www-authenticate", 'Bearer realm="agon"');
      throw new Refusal(
        401,
        "unauthorized",
        "this needs the header `Authorization: Bearer <token>`; the token lies in the file `api-token` of the data folder",
      );
    }
    return undefined;
  });
}

/** @returns whether the request is an allowed page's question what it may send */
function checkCaller(request: FastifyRequest, reply: FastifyReply, options: HttpOptions): boolean {
  const { host, origin, "sec-fetch-site": site, "sec-fetch-mode": mode } = request.headers;
  const caller = { method: request.method, host, origin, site: single(site), mode: single(mode) };
  const verdict = judgeCaller(options, caller);
  if (verdict === "bad-host")
    throw new Refusal(
      403,
      "host-not-allowed",
      "this server is not known by the name it was called by; see the option allowedHosts",
    );
  if (verdict === "bad-origin")
    throw new Refusal(
      403,
      "origin-not-allowed",
      "a page of another origin may not call this server; see the option allowedOrigins",
    );
  if (verdict === "cross-site")
    throw new Refusal(
      403,
      "origin-not-allowed",
      "a page of another site may link to this server's pages, and do nothing else with it",
    );
  if (verdict === "same-origin") return false;
  reply.header("access-control-allow-origin", origin);
  reply.header("vary", "origin");
  if (request.method !== "OPTIONS" || request.headers["access-control-request-method"] === undefined) return false;
  reply.header("access-control-allow-methods", "GET, POST");
  reply.header("access-control-allow-headers", "authorization, content-type, last-event-id");
  reply.header("access-control-max-age", PREFLIGHT_SECONDS);
  return true;
}

function single(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === "string" ? header : header?.[0];
}
