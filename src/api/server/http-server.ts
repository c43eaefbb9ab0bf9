/** The HTTP server of a node or a devnet: guards, limits, errors, description and pages; routes are added by their owners. */
import rateLimit from "@fastify/rate-limit";
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import websocket from "@fastify/websocket";
import fastify from "fastify";
import type { Registry } from "prom-client";
import type { Clock, Logger, Random } from "#base";
import type { App } from "./app.ts";
import { answerClientError, answerError, installErrorReplies } from "./error-replies.ts";
import { watchRoutes } from "./known-routes.ts";
import { type Listening, listen } from "./listen.ts";
import { installMetrics } from "./metrics.ts";
import { watchOpenRequests } from "./open-requests.ts";
import { type ApiTitle, installOpenApi } from "./openapi.ts";
import { type HttpOptions, MAX_HEADER_BYTES, MAX_URL_BYTES } from "./options.ts";
import { installPages } from "./pages.ts";
import { Refusal } from "./refusal.ts";
import { installRequestGuards } from "./request-guards.ts";
import { installSecurityHeaders } from "./security-headers.ts";
import { createStreams, type Streams } from "./streams.ts";
import { createTokenCheck, loadToken } from "./token.ts";
import { validatorCompiler } from "./validation.ts";

/** How long open requests may go on when the server stops, ms. */
const STOP_MS = 3_000;
const CHECK_CONNECTIONS_MS = 2_000;
/** What clients are told; they close first, or what they send then would meet a connection that we have just closed. */
const KEEP_ALIVE_MS = 15_000;
/** For a client on a busy machine to do so. */
const KEEP_ALIVE_SLACK_MS = 60_000;
const MAX_SOCKET_MESSAGE_BYTES = 4_096;

export interface HttpServerOptions extends HttpOptions {
  /** The port was asked for, so another will not do. */
  readonly isPortFixed: boolean;
  readonly tokenFile: string;
  /** Folder of the built pages; null serves none. */
  readonly pagesFolder: string | null;
  readonly about: ApiTitle;
}

export interface HttpServerParts {
  readonly log: Logger;
  readonly clock: Clock;
  readonly random: Random;
  /** Served at /metrics; without it there is no such route. */
  readonly registry?: Registry;
}

export interface HttpServer {
  /** Add routes before `start`. */
  readonly app: App;
  readonly streams: Streams;
  readonly token: string;
  /** @throws OperationError when the port cannot be had */
  start(): Promise<Listening>;
  /** Ends streams at once, open requests within three seconds. */
  stop(): Promise<void>;
}

/** @throws OperationError when the token file cannot be read or made */
export async function createHttpServer(options: HttpServerOptions, parts: HttpServerParts): Promise<HttpServer> {
  const token = await loadToken(options.tokenFile, parts.random);
  const streams = createStreams(options.maxStreams);
  const app = createApp(options, parts.log);
  const methodsOf = watchRoutes(app);
  const answered = watchOpenRequests(app, parts.clock);
  installErrorReplies(app, parts.log);
  await installSecurityHeaders(app, options.connectSources);
  installRequestGuards(app, options, createTokenCheck(token));
  await app.register(rateLimit, {
    max: options.requestsPerSecond,
    timeWindow: 1_000,
    addHeadersOnExceeding: { "x-ratelimit-limit": false, "x-ratelimit-remaining": false, "x-ratelimit-reset": false },
    addHeaders: {
      "x-ratelimit-limit": false,
      "x-ratelimit-remaining": false,
      "x-ratelimit-reset": false,
      "retry-after": true,
    },
    errorResponseBuilder: () =>
      new Refusal(
        429,
        "too-many-requests",
        `more than ${options.requestsPerSecond} requests in a second; wait a moment`,
      ),
  });
  await app.register(websocket, {
    options: { maxPayload: MAX_SOCKET_MESSAGE_BYTES },
    preClose: (done) => {
      streams.closeAll();
      done();
    },
  });
  app.setNotFoundHandler({ preHandler: app.rateLimit() }, (request, reply) => {
    const path = request.url.split("?", 1)[0]!;
    const methods = methodsOf(path);
    if (methods.length === 0) throw new Refusal(404, "not-found", `there is nothing at ${path}`);
    reply.header("allow", methods.join(", "));
    throw new Refusal(405, "method-not-allowed", `${path} takes ${methods.join(" or ")}, not ${request.method}`);
  });
  await installOpenApi(app, options.about);
  if (parts.registry !== undefined) installMetrics(app, parts.registry, streams);
  if (options.pagesFolder !== null) await installPages(app, options.pagesFolder);

  return {
    app,
    streams,
    token,
    start: () => listen(app, options.host, options.port, options.isPortFixed),
    async stop() {
      const closed = app.close();
      await answered.within(STOP_MS);
      // What is left are connections without a request: kept alive, or opened in advance by a browser.
      app.server.closeAllConnections();
      await closed;
    },
  };
}

function createApp(options: HttpServerOptions, log: Logger): App {
  const app = fastify({
    logger: false,
    bodyLimit: options.maxBodyBytes,
    requestTimeout: options.requestTimeoutMs,
    connectionTimeout: options.idleTimeoutMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    http: {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: options.headersTimeoutMs,
      connectionsCheckingInterval: CHECK_CONNECTIONS_MS,
    },
    // The whole URL is limited; a long part of it is for the route to judge.
    routerOptions: { maxParamLength: MAX_URL_BYTES },
    clientErrorHandler: answerClientError,
    frameworkErrors: (error, request, reply) => void answerError(error, request, reply, log),
  }).withTypeProvider<TypeBoxTypeProvider>();
  app.server.maxConnections = options.maxConnections;
  app.server.keepAliveTimeoutBuffer = KEEP_ALIVE_SLACK_MS;
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  app.removeContentTypeParser("text/plain");
  app.addContentTypeParser("application/octet-stream", { parseAs: "buffer" }, (_request, body, done) =>
    done(null, body),
  );
  return app;
}
