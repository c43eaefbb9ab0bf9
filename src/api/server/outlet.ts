/**
 * Where events go out: server-sent events or a WebSocket, both with a bounded buffer. A reader that does not keep up is cut
 * off; it comes back with its cursor and has lost nothing.
 */
import type { FastifyReply } from "fastify";
import { type Clock, every } from "#base";

/** Bytes that may wait for one reader. */
const MAX_WAITING_BYTES = 1_048_576;
/** A reader that takes nothing for so long is gone. */
const STALL_MS = 30_000;
const HEARTBEAT_MS = 15_000;
/** For a WebSocket to be closed from the other side too. */
const CLOSE_MS = 1_000;

export interface OutEvent {
  readonly type: string;
  /** What the reader comes back with. */
  readonly cursor: string | null;
  readonly json: string;
}

export interface Outlet {
  /** Aborted when the reader is gone or was cut off. */
  readonly signal: AbortSignal;
  /** Says where the stream begins, so that a reader who leaves before the first event comes back there. */
  begin(cursor: string): void;
  /** Never waits; past the bound the reader is cut off. */
  send(event: OutEvent): void;
  /** Resolves when the reader has taken what was sent, or is gone. */
  taken(): Promise<void>;
  close(): void;
}

/** Answers the request with a stream of server-sent events; headers set on the reply so far are kept. */
export function openEventStream(reply: FastifyReply, clock: Clock): Outlet {
  reply.hijack();
  const { raw } = reply;
  const gone = new AbortController();
  for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) raw.setHeader(name, value);
  raw.writeHead(200, {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store",
    "x-accel-buffering": "no",
    // The end of the stream is the end of the connection, so that a stopping server waits for nobody.
    connection: "close",
  });
  raw.flushHeaders();
  const stopHeartbeat = every(clock, HEARTBEAT_MS, () => raw.write(": still here\n\n"));
  raw.on("close", () => {
    stopHeartbeat();
    gone.abort();
  });
  raw.on("error", () => raw.destroy());
  return {
    signal: gone.signal,
    begin: (cursor) => void raw.write(`id: ${cursor}\n\n`),
    send({ type, cursor, json }) {
      if (gone.signal.aborted) return;
      const id = cursor === null ? "" : `id: ${cursor}\n`;
      raw.write(`${id}event: ${type}\ndata: ${json}\n\n`);
      if (raw.writableLength > MAX_WAITING_BYTES) raw.destroy();
    },
    taken: () =>
      untilTaken(
        clock,
        gone.signal,
        raw.writableNeedDrain,
        (done) => raw.once("drain", done),
        () => raw.destroy(),
      ),
    close: () => void raw.end(),
  };
}

/** The part of a WebSocket that is needed here. */
export interface Socket {
  readonly bufferedAmount: number;
  readonly readyState: number;
  send(text: string, done?: (error?: Error) => void): void;
  ping(): void;
  close(code?: number, reason?: string): void;
  terminate(): void;
  on(event: "close" | "error", listener: () => void): unknown;
}

export function openSocketOutlet(socket: Socket, clock: Clock): Outlet {
  const gone = new AbortController();
  let flushed: Promise<void> = Promise.resolve();
  const stopHeartbeat = every(clock, HEARTBEAT_MS, () => socket.ping());
  socket.on("close", () => {
    stopHeartbeat();
    gone.abort();
  });
  socket.on("error", () => socket.terminate());
  return {
    signal: gone.signal,
    begin() {},
    send({ json }) {
      if (gone.signal.aborted) return;
      flushed = new Promise((resolve) => socket.send(json, () => resolve()));
      if (socket.bufferedAmount > MAX_WAITING_BYTES) socket.terminate();
    },
    taken: () =>
      untilTaken(
        clock,
        gone.signal,
        socket.bufferedAmount > 0,
        (done) => void flushed.then(done),
        () => socket.terminate(),
      ),
    close() {
      socket.close(1001, "the server stops");
      const cancel = clock.after(CLOSE_MS, () => socket.terminate());
      gone.signal.addEventListener("abort", cancel, { once: true });
    },
  };
}

function untilTaken(
  clock: Clock,
  gone: AbortSignal,
  isWaiting: boolean,
  whenTaken: (done: () => void) => void,
  cutOff: () => void,
): Promise<void> {
  if (!isWaiting || gone.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const cancel = clock.after(STALL_MS, cutOff);
    const done = (): void => {
      cancel();
      gone.removeEventListener("abort", done);
      resolve();
    };
    gone.addEventListener("abort", done, { once: true });
    whenTaken(done);
  });
}
