/** One request passed on to a node, and its answer back, both as they come: nothing is held whole. */
import { type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from "node:http";
import { Refusal } from "#api/server";
import { HOST } from "../options.ts";

/** What a node gets to see of the caller; all else is between the caller and the console. */
const REQUEST_HEADERS = ["accept", "content-type", "content-length", "last-event-id"] as const;
const ANSWER_HEADERS = [
  "allow",
  "cache-control",
  "content-disposition",
  "content-length",
  "content-type",
  "retry-after",
  "www-authenticate",
  "x-accel-buffering",
] as const;

/** As much as a node takes. */
const MAX_BODY_BYTES = 4 * 1_048_576;

export interface Target {
  readonly name: string;
  readonly port: number;
  /** With its query. */
  readonly path: string;
  readonly token?: string;
}

/** @throws Refusal `node-unreachable` when the node does not begin to answer, `body-too-large` when it would not */
export async function sendOn(incoming: IncomingMessage, target: Target): Promise<IncomingMessage> {
  const headers: Record<string, string> = pick(incoming.headers, REQUEST_HEADERS);
  if (target.token !== undefined) headers.authorization = `Bearer ${target.token}`;
  const { method = "GET" } = incoming;
  const tooLarge = new Refusal(413, "body-too-large", "the body is larger than this route takes");
  // A node cuts the connection then, perhaps before its answer is read.
  if (Number(incoming.headers["content-length"] ?? 0) > MAX_BODY_BYTES) throw tooLarge;
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: HOST, port: target.port, path: target.path, method, headers, agent: false });
    outgoing.on("response", resolve);
    // After the answer has begun, its end says the same.
    outgoing.on("error", (cause) =>
      reject(new Refusal(502, "node-unreachable", `${target.name} does not answer: ${cause.message}`)),
    );
    incoming.on("close", () => {
      if (!incoming.complete) outgoing.destroy();
    });
    if (method !== "POST") return outgoing.end();
    let sentBytes = 0;
    incoming.on("data", (chunk: Uint8Array) => {
      sentBytes += chunk.length;
      if (sentBytes <= MAX_BODY_BYTES) return;
      reject(tooLarge);
      incoming.unpipe(outgoing);
      outgoing.destroy();
    });
    incoming.pipe(outgoing);
    return undefined;
  });
}

/** @param added headers that the console sets itself */
export function passBack(
  answer: IncomingMessage,
  reply: ServerResponse,
  added: Readonly<Record<string, string>>,
): void {
  const headers = { ...pick(answer.headers, ANSWER_HEADERS), ...added };
  // The end of a stream is the end of its connection, so that a console that stops waits for nobody.
  const isStream = headers["content-type"]?.startsWith("text/event-stream");
  reply.writeHead(answer.statusCode ?? 502, isStream ? { ...headers, connection: "close" } : headers);
  // Of a stream that says nothing yet the reader shall know that it is open.
  reply.flushHeaders();
  answer.pipe(reply);
  answer.on("error", () => reply.destroy());
  reply.on("close", () => answer.destroy());
}

function pick(headers: IncomingHttpHeaders, names: readonly string[]): Record<string, string> {
  const picked: Record<string, string> = {};
  for (const name of names) {
    const value = headers[name];
    if (typeof value === "string") picked[name] = value;
  }
  return picked;
}
