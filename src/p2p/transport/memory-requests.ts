/** Requests over the memory network, with the limits that the libp2p adapter sets to its streams. */

import { blameSender, type Fault, OperationError } from "#base";
import type { Listeners } from "./listeners.ts";
import type { Link, Medium, Reply } from "./memory-link.ts";
import type { PeerId, RequestHandler, RequestLimits, RequestOptions, Transport } from "./port.ts";
import { createSlots, type Slots } from "./slots.ts";

interface Parts {
  readonly self: PeerId;
  readonly medium: Medium;
  readonly linkTo: (peer: PeerId) => Link | undefined;
  readonly faults: Listeners<[PeerId, Fault]>;
}

interface Served {
  readonly limits: RequestLimits;
  readonly handler: RequestHandler;
  readonly slots: Slots;
}

export interface MemoryRequests extends Pick<Transport, "handle" | "request"> {
  serve(link: Link, from: PeerId, protocol: string, request: Uint8Array, reply: Reply): (code: string) => void;
  /** Ends what runs over a link that is gone. */
  drop(link: Link): void;
}

export function createMemoryRequests(parts: Parts): MemoryRequests {
  const { medium, self } = parts;
  const served = new Map<string, Served>();
  /** What cuts each running exchange of a link off, on either side. */
  const running = new Map<Link, Set<(code: string) => void>>();

  const track = (link: Link, cut: (code: string) => void): (() => void) => {
    const cuts = running.get(link) ?? new Set();
    running.set(link, cuts.add(cut));
    return () => {
      cuts.delete(cut);
      if (cuts.size === 0) running.delete(link);
    };
  };

  return {
    handle(protocol, limits, handler) {
      served.set(protocol, { limits, handler, slots: createSlots(limits.maxConcurrentPerPeer) });
    },
    drop(link) {
      for (const cut of [...(running.get(link) ?? [])]) cut("disconnected");
    },
    serve(link, from, protocol, request, reply) {
      const refuse = (code: string, fault?: Fault): (() => void) => {
        reply.cut(code);
        if (fault !== undefined) parts.faults.call(from, fault);
        return () => {};
      };
      const found = served.get(protocol);
      if (found === undefined) return refuse("protocol-unsupported");
      const sizeBytes = request.length;
      if (sizeBytes > found.limits.maxRequestBytes)
        return refuse("request-cut-off", blameSender("request-too-long", { protocol, sizeBytes }));
      if (!found.slots.take(from)) return refuse("request-cut-off", blameSender("too-many-requests", { protocol }));
      const controller = new AbortController();
      const finish = (): void => {
        if (controller.signal.aborted) return;
        cancel();
        untrack();
        found.slots.release(from);
        controller.abort();
      };
      const cut = (code: string): void => {
        if (controller.signal.aborted) return;
        finish();
        reply.cut(code);
      };
      const cancel = medium.clock.after(found.limits.timeoutMs, () => cut("request-cut-off"));
      const untrack = track(link, cut);
      answer(found.handler, from, request, controller.signal, reply).then(finish, (error: unknown) => {
        medium.log.debug("request handler failed", { peer: from, protocol, error: String(error) });
        cut("request-cut-off");
      });
      return cut;
    },
    request(peer, protocol, bytes, options) {
      if (options.signal?.aborted) return Promise.reject(new OperationError("request-aborted", protocol));
      const link = parts.linkTo(peer);
      if (link === undefined) return Promise.reject(new OperationError("not-connected", `${peer} is not connected`));
      return exchange(medium, self, peer, link, protocol, bytes, options, track);
    },
  };
}

async function answer(
  handler: RequestHandler,
  from: PeerId,
  request: Uint8Array,
  signal: AbortSignal,
  reply: Reply,
): Promise<void> {
  const result = handler(from, request, signal);
  if (Symbol.asyncIterator in result) {
    for await (const chunk of result) {
      if (signal.aborted) return;
      reply.chunk(chunk);
    }
  } else {
    const chunk = await result;
    if (signal.aborted) return;
    reply.chunk(chunk);
  }
  if (!signal.aborted) reply.end();
}

function exchange(
  medium: Medium,
  self: PeerId,
  peer: PeerId,
  link: Link,
  protocol: string,
  bytes: Uint8Array,
  options: RequestOptions,
  track: (link: Link, cut: (code: string) => void) => () => void,
): Promise<Uint8Array[]> {
  const maxChunks = options.maxChunks ?? 1;
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    let sizeBytes = 0;
    let open = true;
    let cutFar: ((code: string) => void) | null = null;
    const close = (): boolean => {
      if (!open) return false;
      open = false;
      cancel();
      untrack();
      options.signal?.removeEventListener("abort", onAbort);
      return true;
    };
    const fail = (code: string): void => {
      if (!close()) return;
      reject(new OperationError(code, `${protocol} to ${peer}`));
      medium.send(self, peer, "close", 0, () => cutFar?.("request-cut-off"));
    };
    const onAbort = (): void => fail("request-aborted");
    const cancel = medium.clock.after(options.timeoutMs, () => fail("request-timeout"));
    const untrack = track(link, fail);
    options.signal?.addEventListener("abort", onAbort, { once: true });

    const back = (size: number, task: () => void): void => {
      medium.send(peer, self, "response", size, () => open && task());
    };
    const reply: Reply = {
      chunk: (chunk) =>
        back(chunk.length, () => {
          sizeBytes += chunk.length;
          if (sizeBytes > options.maxResponseBytes) return fail("response-too-long");
          if (chunks.length >= maxChunks) return fail("too-many-chunks");
          chunks.push(chunk);
        }),
      end: () => back(0, () => close() && resolve(chunks)),
      cut: (code) => back(0, () => fail(code)),
    };
    if (!medium.survives(self, peer)) return;
    medium.send(self, peer, "request", bytes.length, () => {
      if (!link.open) return;
      cutFar = medium.endpoint(peer)?.serve(link, self, protocol, bytes, reply) ?? null;
    });
  });
}
