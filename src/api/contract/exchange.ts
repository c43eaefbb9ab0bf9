/** One request and its answer: address, token, time limit, and one kind of error for all that may fail. */
import type { ErrorReply } from "./error.ts";

/** What is needed of `fetch`; given, so that tests and tools can put their own in its place. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** Default: the client's. */
  readonly timeoutMs?: number;
}

export interface ExchangeOptions {
  /** As `http://127.0.0.1:8730`, or `""` for the page's own origin. */
  readonly baseUrl: string;
  readonly token?: string | undefined;
  readonly fetch: Fetch;
  /** Milliseconds a call may take; default 15,000. */
  readonly timeoutMs?: number;
}

export interface Request {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly json?: unknown;
  readonly bytes?: Uint8Array;
  readonly accept?: string;
  /** A status that is an answer too, though it is none of 200–299. */
  readonly alsoGood?: number;
}

/**
 * A call that did not succeed: `status` is the server's, 0 when no answer came.
 * Codes made here: `unreachable`, `timeout`, `not-an-api` (something else answered).
 */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly code: string;
  readonly details: Readonly<Record<string, string | number>>;

  constructor(status: number, error: ErrorReply["error"], options?: ErrorOptions) {
    super(error.message, options);
    this.status = status;
    this.code = error.code;
    this.details = error.details ?? {};
  }
}

export interface Exchange {
  /** @throws ApiError */
  json<T>(request: Request, options?: CallOptions): Promise<T>;
  /** @throws ApiError */
  bytes(request: Request, options?: CallOptions): Promise<{ readonly bytes: Uint8Array; readonly mediaType: string }>;
  /** The answer as it comes; only the wait for its head is limited. @throws ApiError */
  open(request: Request, options?: CallOptions): Promise<Response>;
}

export function createExchange(options: ExchangeOptions): Exchange {
  const defaultTimeoutMs = options.timeoutMs ?? 15_000;

  const open = async (request: Request, signal: AbortSignal): Promise<Response> => {
    const headers: Record<string, string> = { accept: request.accept ?? "application/json" };
    if (options.token !== undefined) headers.authorization = `Bearer ${options.token}`;
    const init: RequestInit = { method: request.method, headers, signal };
    if (request.json !== undefined) {
      headers["content-type"] = "application/json";
      init.body = JSON.stringify(request.json);
    } else if (request.bytes !== undefined) {
      headers["content-type"] = "application/octet-stream";
      init.body = request.bytes as Uint8Array<ArrayBuffer>;
    }
    const response = await options.fetch(addressOf(options.baseUrl, request), init);
    if (!response.ok && response.status !== request.alsoGood) throw await readError(response);
    return response;
  };

  const limited = async <T>(call: CallOptions, run: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    const limit = AbortSignal.timeout(call.timeoutMs ?? defaultTimeoutMs);
    try {
      return await run(call.signal === undefined ? limit : AbortSignal.any([limit, call.signal]));
    } catch (cause) {
      throw call.signal?.aborted ? cause : explain(cause, limit.aborted, options.baseUrl);
    }
  };

  return {
    json: <T>(request: Request, call: CallOptions = {}) =>
      limited(call, async (signal) => {
        const response = await open(request, signal);
        if (!isJson(response)) throw notAnApi(response.status, options.baseUrl);
        return (await response.json()) as T;
      }),
    bytes: (request, call = {}) =>
      limited(call, async (signal) => {
        const response = await open({ ...request, accept: "*/*" }, signal);
        const mediaType = response.headers.get("content-type")?.split(";")[0] ?? "application/octet-stream";
        return { bytes: new Uint8Array(await response.arrayBuffer()), mediaType };
      }),
    open: async (request, call = {}) => {
      try {
        return await open(request, call.signal ?? new AbortController().signal);
      } catch (cause) {
        throw call.signal?.aborted ? cause : explain(cause, false, options.baseUrl);
      }
    },
  };
}

function addressOf(baseUrl: string, { path, query = {} }: Request): string {
  const given = Object.entries(query).filter((entry): entry is [string, string | number] => entry[1] !== undefined);
  const text = given.map(([key, value]) => `${key}=${encodeURIComponent(value)}`).join("&");
  return `${baseUrl.replace(/\/+$/, "")}${path}${text === "" ? "" : `?${text}`}`;
}

async function readError(response: Response): Promise<ApiError> {
  const status = response.status;
  try {
    const reply = (await response.json()) as Partial<ErrorReply>;
    if (typeof reply.error?.code === "string" && typeof reply.error.message === "string")
      return new ApiError(status, reply.error);
  } catch {
    // Not JSON: something that is no node answered.
  }
  return notAnApi(status, response.url);
}

function isJson(response: Response): boolean {
  return response.headers.get("content-type")?.startsWith("application/json") ?? false;
}

function notAnApi(status: number, url: string): ApiError {
  return new ApiError(status, { code: "not-an-api", message: `${url} answered ${status}, but not as a node does` });
}

function explain(cause: unknown, timedOut: boolean, baseUrl: string): unknown {
  if (cause instanceof ApiError) return cause;
  const where = baseUrl === "" ? "the node" : baseUrl;
  if (timedOut) return new ApiError(0, { code: "timeout", message: `${where} did not answer in time` }, { cause });
  return new ApiError(0, { code: "unreachable", message: `${where} cannot be reached` }, { cause });
}
