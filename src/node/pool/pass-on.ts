/** What a page asks the pool's server about the chain: passed on to the pool's node, without the pool's token. */
import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import type { Status } from "#api/contract";
import { type App, Refusal, type Streams } from "#api/server";

const ANSWER_HEADERS = ["cache-control", "content-disposition", "content-type", "retry-after"] as const;
const MAX_BODY_BYTES = 4 * 1_048_576;

export interface PassOnParts {
  readonly url: string;
  readonly streams: Streams;
}

/** Reading, and signed transactions: what a node lets everybody do. Orders to the node are not for callers of the pool. */
export function addPassOnRoutes(app: App, { url, streams }: PassOnParts): void {
  const schema = { hide: true };
  app.get("/v1/status", { schema }, async (request): Promise<Status> => {
    const answer = await send(url, request.url, { method: "GET" });
    if (!answer.ok) throw new Refusal(502, "node-unreachable", `the pool's node answers ${answer.status}`);
    const status = (await answer.json()) as Status;
    return { ...status, features: [...new Set([...status.features, "pool"])] };
  });
  app.get("/v1/*", { schema }, async (request, reply) => {
    if (/^\/v1\/(pool|devnet|admin|mining)(\/|$)/.test(request.url.split("?", 1)[0]!)) return reply.callNotFound();
    const isStream = request.headers.accept?.includes("text/event-stream") === true;
    if (isStream) streams.assertRoom();
    const gone = new AbortController();
    reply.raw.on("close", () => gone.abort());
    const headers: Record<string, string> = {};
    for (const name of ["accept", "last-event-id"] as const) {
      const value = request.headers[name];
      if (typeof value === "string") headers[name] = value;
    }
    const answer = await send(url, request.url, { method: "GET", headers, signal: gone.signal });
    const told: Record<string, string> = {};
    for (const name of ANSWER_HEADERS) {
      const value = answer.headers.get(name);
      if (value !== null) told[name] = value;
    }
    if (answer.body === null) return reply.code(answer.status).headers(told).send();
    const body = Readable.fromWeb(answer.body as ReadableStream);
    if (!isStream)
      return reply
        .code(answer.status)
        .headers(told)
        .serializer((bytes: unknown) => bytes as string)
        .send(body);
    streams.add({
      ...{ signal: gone.signal, begin() {}, send() {}, taken: () => Promise.resolve() },
      close: () => void body.destroy(),
    });
    reply.hijack();
    for (const [name, value] of Object.entries(reply.getHeaders()))
      if (value !== undefined) reply.raw.setHeader(name, value);
    reply.raw.writeHead(answer.status, { ...told, connection: "close", "x-accel-buffering": "no" });
    // Of a stream that says nothing yet the reader shall know that it is open.
    reply.raw.flushHeaders();
    body.on("error", () => reply.raw.destroy());
    body.on("close", () => reply.raw.end());
    body.pipe(reply.raw);
    return reply;
  });
  app.post("/v1/transactions", { schema, bodyLimit: MAX_BODY_BYTES }, async ({ body, headers }, reply) => {
    const isBytes = body instanceof Uint8Array;
    const answer = await send(url, "/v1/transactions", {
      method: "POST",
      headers: { "content-type": headers["content-type"] ?? "application/json" },
      body: isBytes ? (body as Uint8Array<ArrayBuffer>) : JSON.stringify(body),
    });
    return reply.code(answer.status).send(await answer.json());
  });
}

async function send(url: string, path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(`${url}${path}`, init);
  } catch (cause) {
    throw new Refusal(502, "node-unreachable", `the pool's node does not answer: ${(cause as Error).message}`);
  }
}
