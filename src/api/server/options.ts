/** What the operator may set about an HTTP server. */
import { type Static, Type } from "typebox";

/** Every option with its default, unit and meaning. */
export const HttpOptions = Type.Object(
  {
    host: Type.String({ default: "127.0.0.1", description: "address to listen on" }),
    port: Type.Integer({ default: 8730, minimum: 0, maximum: 65_535, description: "TCP port; 0 picks any" }),
    allowedHosts: Type.Array(Type.String(), {
      default: [],
      description: "names by which this server may be called, besides localhost and addresses in digits",
    }),
    allowedOrigins: Type.Array(Type.String(), {
      default: [],
      description: "origins of other pages that may call, as http://127.0.0.1:8730",
    }),
    connectSources: Type.Array(Type.String(), {
      default: [],
      description: "servers besides its own that a served page may talk to, as Content-Security-Policy has them",
    }),
    maxConnections: Type.Integer({ default: 512, minimum: 1, description: "open connections" }),
    maxStreams: Type.Integer({ default: 128, minimum: 1, description: "open event streams and WebSockets" }),
    requestsPerSecond: Type.Integer({ default: 5_000, minimum: 1, description: "requests per second and address" }),
    maxBodyBytes: Type.Integer({
      default: 65_536,
      minimum: 1,
      description: "body of a request, where a route sets no other",
    }),
    requestTimeoutMs: Type.Integer({ default: 30_000, minimum: 1, description: "for a request to arrive whole, ms" }),
    headersTimeoutMs: Type.Integer({ default: 10_000, minimum: 1, description: "for its headers to arrive, ms" }),
    idleTimeoutMs: Type.Integer({
      default: 180_000,
      minimum: 1,
      description: "a connection on which nothing moves, ms",
    }),
  },
  { title: "HttpOptions", additionalProperties: false },
);
export type HttpOptions = Static<typeof HttpOptions>;

export const MAX_HEADER_BYTES = 16_384;
export const MAX_URL_BYTES = 2_048;
