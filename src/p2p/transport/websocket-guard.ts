/**
 * WebSockets with what the library leaves open: a socket that says nothing, a message of any size before the other end
 * has proven anything, and an `error` event without a listener, which would end the process.
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
  readonly wsServer: { readonly options: { maxPayload?: number }; handleUpgrade: HandleUpgrade };
}
type HandleUpgrade = (
  request: unknown,
  socket: Socket,
  head: Buffer,
  done: (ws: Upgraded, request: unknown) => void,
) => void;
interface Upgraded {
  on(event: "error", listener: () => void): void;
  terminate(): void;
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
      const handleUpgrade = wsServer.handleUpgrade.bind(wsServer);
      wsServer.handleUpgrade = (request, socket, head, done) =>
        handleUpgrade(request, socket, head, (upgraded, from) => {
          upgraded.on("error", () => upgraded.terminate());
          done(upgraded, from);
        });
      const sockets = new Set<Socket>();
      const close = listener.close.bind(listener);
      // The library waits for sockets it has not heard of yet.
      listener.close = () => {
        const closing = close();
        for (const socket of sockets) socket.destroy();
        return closing;
      };
      // The upgrade clears the timeout; from then on the connection's own pings decide.
      server.prependListener("connection", (socket: Socket) => {
        socket.setTimeout(timeoutMs, () => socket.destroy());
        socket.on("error", () => socket.destroy());
        sockets.add(socket);
        socket.on("close", () => sockets.delete(socket));
      });
      return listener;
    };
    return transport;
  };
}
