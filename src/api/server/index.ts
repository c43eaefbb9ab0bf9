export type { App } from "./app.ts";
export { createHttpServer, type HttpServer, type HttpServerOptions, type HttpServerParts } from "./http-server.ts";
export type { Listening } from "./listen.ts";
export { HttpOptions } from "./options.ts";
export { type OutEvent, type Outlet, openEventStream, openSocketOutlet } from "./outlet.ts";
export { invalid, notFound, Refusal } from "./refusal.ts";
export type { Streams } from "./streams.ts";
export { loadToken } from "./token.ts";
export { type Check, createCheck } from "./validation.ts";
