/** Requests over libp2p streams: one stream each, a frame there, frames back, all within size, count and time. */

import type { Connection, Libp2p, Stream } from "@libp2p/interface";
import { blameSender, type Clock, type Fault, type Logger, OperationError } from "#base";
import { abortable } from "./abortable.ts";
import { createFrameStream, type FrameStream, FrameTooLong, JOIN_BELOW_BYTES } from "./frames.ts";
import type { Listeners } from "./listeners.ts";
import type { PeerId, RequestHandler, RequestLimits, RequestOptions, Transport } from "./port.ts";
import { createSlots, type Slots } from "./slots.ts";

/** libp2p cuts streams off silently at its own limit; ours comes first, so that it is seen and scored. */
const SPARE_STREAMS = 8;
const MAX_OUTBOUND_STREAMS = 256;

interface Parts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly faults: Listeners<[PeerId, Fault]>;
  readonly connectionTo: (peer: PeerId) => Connection | undefined;
  /** A request may arrive before the connection has been announced. */
  readonly onStream: (connection: Connection) => void;
}

interface Served {
  readonly protocol: string;
  readonly limits: RequestLimits;
  readonly handler: RequestHandler;
  readonly slots: Slots;
}

export interface Libp2pRequests extends Pick<Transport, "handle" | "request"> {
  attach(node: Libp2p): Promise<void>;
}

export function createLibp2pRequests(parts: Parts): Libp2pRequests {
  const served = new Map<string, Served>();
  let attached: Libp2p | null = null;

  const register = (node: Libp2p, entry: Served): Promise<void> =>
    node.handle(entry.protocol, (stream, connection) => serve(parts, entry, stream, connection), {
      maxInboundStreams: entry.limits.maxConcurrentPerPeer + SPARE_STREAMS,
      maxOutboundStreams: MAX_OUTBOUND_STREAMS,
      force: true,
    });

  return {
    async attach(node) {
      attached = node;
      for (const entry of served.values()) await register(node, entry);
    },
    handle(protocol, limits, handler) {
      const entry = { protocol, limits, handler, slots: createSlots(limits.maxConcurrentPerPeer) };
      served.set(protocol, entry);
      if (attached !== null)
        register(attached, entry).catch((error: unknown) =>
          parts.log.error("protocol not registered", { protocol, error: String(error) }),
        );
    },
    request: (peer, protocol, bytes, options) => request(parts, peer, protocol, bytes, options),
  };
}

async function serve(parts: Parts, entry: Served, stream: Stream, connection: Connection): Promise<void> {
  const { limits, protocol, slots } = entry;
  const from = connection.remotePeer.toString();
  parts.onStream(connection);
  if (!slots.take(from)) {
    stream.abort(new Error("too many requests"));
    return parts.faults.call(from, blameSender("too-many-requests", { protocol }));
  }
  const controller = new AbortController();
  const { signal } = controller;
  const cancel = parts.clock.after(limits.timeoutMs, () => {
    controller.abort(new Error("the exchange took too long"));
    stream.abort(signal.reason);
  });
  stream.addEventListener("close", () => {
    cancel();
    controller.abort(new Error("the stream is closed"));
  });
  try {
    const frames = createFrameStream(stream, limits.maxRequestBytes);
    const frame = await frames.read(limits.maxRequestBytes, signal);
    if (frame.kind === "end") throw new Error("closed without a request");
    await sendAnswer(entry.handler(from, frame.bytes, signal), frames, signal);
    await stream.close({ signal });
  } catch (error) {
    if (error instanceof FrameTooLong) parts.faults.call(from, blameSender("request-too-long", { protocol }));
    parts.log.debug("request cut off", { peer: from, protocol, error: String(error) });
    stream.abort(error instanceof Error ? error : new Error(String(error)));
  } finally {
    slots.release(from);
  }
}

async function sendAnswer(answer: ReturnType<RequestHandler>, frames: FrameStream, signal: AbortSignal): Promise<void> {
  if (!(Symbol.asyncIterator in answer)) return frames.write(await abortable(answer, signal), signal);
  const iterator = answer[Symbol.asyncIterator]();
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  try {
    for (;;) {
      const step = await abortable(iterator.next(), signal);
      if (step.done) return await frames.writeAll(waiting, signal);
      waiting.push(step.value);
      waitingBytes += step.value.length;
      if (waitingBytes < JOIN_BELOW_BYTES) continue;
      await frames.writeAll(waiting, signal);
      waiting = [];
      waitingBytes = 0;
    }
  } finally {
    // Not awaited: a source that hangs would hold the slot.
    iterator.return?.().catch(() => {});
  }
}

async function request(
  parts: Parts,
  peer: PeerId,
  protocol: string,
  bytes: Uint8Array,
  options: RequestOptions,
): Promise<Uint8Array[]> {
  const stop = (code: string): void => controller.abort(new OperationError(code, `${protocol} to ${peer}`));
  const controller = new AbortController();
  const { signal } = controller;
  const onAbort = (): void => stop("request-aborted");
  if (options.signal?.aborted) onAbort();
  signal.throwIfAborted();
  const connection = parts.connectionTo(peer);
  if (connection === undefined) throw new OperationError("not-connected", `${peer} is not connected`);
  const cancel = parts.clock.after(options.timeoutMs, () => stop("request-timeout"));
  options.signal?.addEventListener("abort", onAbort, { once: true });
  let stream: Stream | undefined;
  try {
    stream = await connection.newStream(protocol, { signal, maxOutboundStreams: MAX_OUTBOUND_STREAMS });
    const chunks = await exchange(stream, bytes, options, signal);
    return chunks;
  } catch (error) {
    stream?.abort(error instanceof Error ? error : new Error(String(error)));
    if (signal.aborted) throw signal.reason;
    if (error instanceof OperationError) throw error;
    throw new OperationError(codeOf(error, connection), `${protocol} to ${peer}: ${String(error)}`, { cause: error });
  } finally {
    cancel();
    options.signal?.removeEventListener("abort", onAbort);
  }
}

async function exchange(
  stream: Stream,
  bytes: Uint8Array,
  options: RequestOptions,
  signal: AbortSignal,
): Promise<Uint8Array[]> {
  const maxChunks = options.maxChunks ?? 1;
  const frames = createFrameStream(stream, options.maxResponseBytes);
  const chunks: Uint8Array[] = [];
  let roomBytes = options.maxResponseBytes;
  await frames.write(bytes, signal);
  await stream.close({ signal });
  for (;;) {
    const frame = await frames.read(chunks.length < maxChunks ? roomBytes : Number.POSITIVE_INFINITY, signal);
    if (frame.kind === "end") return chunks;
    if (chunks.length >= maxChunks) throw new OperationError("too-many-chunks", `more than ${maxChunks}`);
    chunks.push(frame.bytes);
    roomBytes -= frame.bytes.length;
  }
}

function codeOf(error: unknown, connection: Connection): string {
  if (error instanceof FrameTooLong) return "response-too-long";
  const name = error instanceof Error ? error.name : "";
  if (name === "StreamBufferError") return "response-too-long";
  if (name === "UnsupportedProtocolError") return "protocol-unsupported";
  return connection.status === "open" ? "request-cut-off" : "disconnected";
}
