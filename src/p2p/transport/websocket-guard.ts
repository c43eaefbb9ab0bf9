/**
 * WebSockets with the limits the library leaves open: a socket that says nothing, and a WebSocket message of any size
 * before the other end has proven anything.
 */

import type { Server, Socket } from "node:net";
import { webSockets } from "@libp2p/websockets";

/** libp2p writes frames of at most 64 KiB and some overhead. */
const MAX_MESSAGE_BYTES = 1 << 20;
const MAX_HEADER_BYTES = 8 * 1024;

interface GuardOptions {
  readonly handshakeTimeoutMs: number;
  readonly maxSockets: number;
}

type WebSocketsFactory = ReturnType<typeof webSockets>;
/** The parts of the library's listener that are set here. */
interface Listener {
  readonly server: Server;
  readonly wsServer: { readonly options: { maxPayload?: number } };
}

export function guardedWebSockets(options: GuardOptions): WebSocketsFactory {
  const { handshakeTimeoutMs: timeoutMs } = options;
  const factory = webSockets({
    http: { headersTimeout: timeoutMs, requestTimeout: timeoutMs, maxHeaderSize: MAX_HEADER_BYTES },
  });
  return (components) => {
    const transport = factory(components);
    const createListener = transport.createListener.bind(transport);
    transport.createListener = (init) => {
      const listener = createListener(init);
      const { server, wsServer } = listener as unknown as Listener;
      server.maxConnections = options.maxSockets;
      wsServer.options.maxPayload = MAX_MESSAGE_BYTES;
      // The upgrade clears the timeout; from then on the connection's own pings decide.
      server.prependListener("connection", (socket: Socket) => {
        socket.setTimeout(timeoutMs, () => socket.destroy());
        socket.on("error", () => socket.destroy());
      });
      return listener;
    };
    return transport;
  };
}
