/** One shape for all that goes wrong, whoever notices it: a route, the framework, the parser of HTTP. */
import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { ErrorReply } from "#api/contract";
import { InvariantError, type Logger, OperationError } from "#base";
import type { App } from "./app.ts";
import { Refusal } from "./refusal.ts";

/** Framework codes → ours; the framework's own sentences are kept where there is none here. */
const FRAMEWORK: Readonly<Record<string, { readonly code: string; readonly message?: string }>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: { code: "body-too-large", message: "the body is larger than this route takes" },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    code: "unsupported-media-type",
    message: "the body must be application/json or, where a route says so, application/octet-stream",
  },
  FST_ERR_CTP_EMPTY_JSON_BODY: { code: "invalid-json", message: "the body is empty, but its type says JSON" },
  FST_ERR_CTP_INVALID_JSON_BODY: { code: "invalid-json", message: "the body is not valid JSON" },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: {
    code: "invalid-request",
    message: "the body is not as long as Content-Length says",
  },
  FST_ERR_BAD_URL: { code: "invalid-request", message: "the URL is not valid" },
};

export function errorReply(code: string, message: string, details?: Refusal["details"]): ErrorReply {
  return { error: details === undefined ? { code, message } : { code, message, details: { ...details } } };
}

export function installErrorReplies(app: App, log: Logger): void {
  app.setErrorHandler((error, request, reply) => answerError(error, request, reply, log));
}

/** Also given to the framework for requests that reach no route. */
export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply, log: Logger): FastifyReply {
  if (error instanceof Refusal) {
    return reply.code(error.statusCode).send(errorReply(error.code, error.message, error.details));
  }
  const { statusCode = 500, code = "" } = error as { statusCode?: number; code?: string };
  if (statusCode < 500) {
    const known = FRAMEWORK[code] ?? (error instanceof SyntaxError ? FRAMEWORK.FST_ERR_CTP_INVALID_JSON_BODY! : null);
    const message = known?.message ?? (error as Error).message;
    return reply.code(statusCode).send(errorReply(known?.code ?? "invalid-request", message));
  }
  const route = request.routeOptions?.url ?? "unknown";
  log.error("request failed", { method: request.method, route, error: String((error as Error).stack ?? error) });
  if (error instanceof OperationError) return reply.code(503).send(errorReply(error.code, error.message));
  if (error instanceof InvariantError) log.error("an invariant is broken", { error: error.message });
  return reply.code(500).send(errorReply("internal", "the server failed on this request; its log says more"));
}

/** What cannot be parsed as HTTP at all is answered on the bare socket, and the connection ends. */
export function answerClientError(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === "ECONNRESET" || socket.destroyed || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, code, message] =
    error.code === "HPE_HEADER_OVERFLOW"
      ? ([431, "headers-too-large", "the headers are too large"] as const)
      : error.code === "ERR_HTTP_REQUEST_TIMEOUT"
        ? ([408, "request-timeout", "the request took too long to arrive"] as const)
        : ([400, "invalid-request", "this is not valid HTTP"] as const);
  const body = JSON.stringify(errorReply(code, message));
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/json; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
    () => socket.destroy(),
  );
}
