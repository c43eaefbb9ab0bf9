import type { MultiaddrConnection } from "@libp2p/interface";
import { multiaddr } from "@multiformats/multiaddr";
import { expect, it } from "vitest";
import { createGater } from "./libp2p-gate.ts";

/** What the gater looks at of an accepted socket. */
function accepted(host: string): MultiaddrConnection {
  const socket = Object.assign(new EventTarget(), { remoteAddr: multiaddr(`/ip4/${host}/tcp/1234`) });
  return socket as unknown as MultiaddrConnection;
}

const close = (connection: MultiaddrConnection): void => void connection.dispatchEvent(new Event("close"));

it("bounds the sockets of one host, made or half made, but not those of this machine", () => {
  const gater = createGater(() => () => true, { maxConnections: 100, maxConnectionsPerHost: 2 });
  const denied = (connection: MultiaddrConnection): unknown => gater.denyInboundConnection!(connection);
  const first = accepted("8.8.8.8");
  expect([denied(first), denied(accepted("8.8.8.8")), denied(accepted("8.8.8.8"))]).toEqual([false, false, true]);
  expect(denied(accepted("8.8.4.4"))).toBe(false);
  close(first);
  expect([denied(accepted("8.8.8.8")), denied(accepted("8.8.8.8"))]).toEqual([false, true]);
  for (let i = 0; i < 10; i++) expect(denied(accepted("127.0.0.1"))).toBe(false);
});

it("bounds the finished inbound connections exactly", () => {
  const gater = createGater(() => () => true, { maxConnections: 2, maxConnectionsPerHost: 9 });
  const denied = (connection: MultiaddrConnection): unknown =>
    gater.denyInboundUpgradedConnection!({} as never, connection);
  const first = accepted("8.8.8.8");
  expect([denied(first), denied(accepted("8.8.4.4")), denied(accepted("8.8.1.1"))]).toEqual([false, false, true]);
  close(first);
  expect(denied(accepted("8.8.1.1"))).toBe(false);
});
