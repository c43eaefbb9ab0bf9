/** Server-sent events over `fetch`: a reader that comes back by itself with its last cursor. */
import { type Clock, sleep } from "#base";
import { ApiError, type Exchange } from "./exchange.ts";

const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 10_000;

export interface FollowOptions {
  readonly signal?: AbortSignal;
  /** Where to go on; without it the stream begins with what happens next. */
  readonly cursor?: string | undefined;
  /** Called whenever the connection comes or goes. */
  readonly onConnection?: (state: "open" | "lost") => void;
}

/** An id may come without data: it says where the stream begins. */
export interface ServerEvent {
  readonly id: string | null;
  readonly event: string;
  readonly data: string;
}

/**
 * Yields events until the signal aborts, reconnecting when the stream breaks (after 0.25 s, doubled up to 10 s).
 * A refusal by the server that cannot change by waiting (4xx but 429) is thrown.
 */
export async function* followEvents<T>(
  exchange: Exchange,
  clock: Clock,
  path: string,
  options: FollowOptions,
): AsyncGenerator<T, void, void> {
  let cursor = options.cursor;
  let retryMs = FIRST_RETRY_MS;
  const call = options.signal === undefined ? {} : { signal: options.signal };
  while (!options.signal?.aborted) {
    try {
      const response = await exchange.open(
        { method: "GET", path, query: { cursor }, accept: "text/event-stream" },
        call,
      );
      options.onConnection?.("open");
      for await (const event of readServerEvents(response)) {
        retryMs = FIRST_RETRY_MS;
        if (event.id) cursor = event.id;
        if (event.data !== "") yield JSON.parse(event.data) as T;
      }
    } catch (cause) {
      if (options.signal?.aborted) return;
      if (cause instanceof ApiError && cause.status >= 400 && cause.status < 500 && cause.status !== 429) throw cause;
    }
    if (options.signal?.aborted) return;
    options.onConnection?.("lost");
    await sleep(clock, retryMs, options.signal);
    retryMs = Math.min(2 * retryMs, LAST_RETRY_MS);
  }
}

/** Reads `text/event-stream` after the HTML standard; comments are skipped, multi-line data is joined. */
export async function* readServerEvents(response: Response): AsyncGenerator<ServerEvent, void, void> {
  if (response.body === null) return;
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  let event = "message";
  let id: string | null = null;
  let data: string[] = [];
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const lines = (rest + decoder.decode(value, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      for (const raw of lines) {
        const line = raw.endsWith("\r") ? raw.slice(0, -1) : raw;
        if (line === "") {
          if (data.length > 0 || id !== null) yield { id, event, data: data.join("\n") };
          event = "message";
          id = null;
          data = [];
          continue;
        }
        const colon = line.indexOf(":");
        const field = colon < 0 ? line : line.slice(0, colon);
        const text = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
        if (field === "data") data.push(text);
        else if (field === "event") event = text;
        else if (field === "id") id = text;
      }
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}
