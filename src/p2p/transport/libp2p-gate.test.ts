import type { MultiaddrConnection } from "@libp2p/interface";
import { multiaddr } from "@multiformats/multiaddr";
import { expect, it } from "vitest";
import { createManualClock } from "#base";
import { type ConnectionLimits, createGater } from "./libp2p-gate.ts";

const ROOMY: ConnectionLimits = {
  maxInbound: 100,
  maxPerHost: 1_000,
  maxNewPerMinutePerHost: 1_000,
  limitLoopback: false,
};

/** What the gater looks at of an accepted socket. */
function accepted(host: string): MultiaddrConnection {
  const remoteAddr = multiaddr(`/${host.includes(":") ? "ip6" : "ip4"}/${host}/tcp/1234`);
  return Object.assign(new EventTarget(), { remoteAddr }) as unknown as MultiaddrConnection;
}

const close = (connection: MultiaddrConnection): void => void connection.dispatchEvent(new Event("close"));

function gated(limits: Partial<ConnectionLimits>) {
  const clock = createManualClock(1_700_000_000_000);
  const gater = createGater(() => () => true, { ...ROOMY, ...limits }, clock);
  return { clock, gater, denied: (connection: MultiaddrConnection) => gater.denyInboundConnection!(connection) };
}

it("bounds the sockets of one host, made or half made, but not those of this machine", () => {
  const { denied } = gated({ maxPerHost: 2 });
  const first = accepted("8.8.8.8");
  expect([denied(first), denied(accepted("8.8.8.8")), denied(accepted("8.8.8.8"))]).toEqual([false, false, true]);
  expect(denied(accepted("8.8.4.4"))).toBe(false);
  close(first);
  expect([denied(accepted("8.8.8.8")), denied(accepted("8.8.8.8"))]).toEqual([false, true]);
  for (let i = 0; i < 10; i++) expect(denied(accepted(i % 2 === 0 ? "127.0.0.1" : "::1"))).toBe(false);
});

it("takes a /64 of IPv6 for one host, and an IPv4 address in IPv6 for that address", () => {
  const { denied } = gated({ maxPerHost: 2 });
  expect(denied(accepted("2001:db8:0:1::1"))).toBe(false);
  expect(denied(accepted("2001:db8:0:1:ffff:1:2:3"))).toBe(false);
  expect(denied(accepted("2001:db8:0:1:8000::"))).toBe(true);
  expect(denied(accepted("2001:db8:0:2::1"))).toBe(false);
  expect([denied(accepted("8.8.8.8")), denied(accepted("::ffff:8.8.8.8"))]).toEqual([false, false]);
  expect([denied(accepted("::ffff:808:808")), denied(accepted("8.8.8.8"))]).toEqual([true, true]);
  expect(denied(accepted("::ffff:8.8.4.4"))).toBe(false);
});

it("bounds how often one host comes anew, also when it closes at once", () => {
  const { clock, denied } = gated({ maxNewPerMinutePerHost: 3 });
  const come = (host = "8.8.8.8"): unknown => {
    const connection = accepted(host);
    const answer = denied(connection);
    close(connection);
    return answer;
  };
  expect([come(), come(), come(), come()]).toEqual([false, false, false, true]);
  expect(come("8.8.4.4")).toBe(false);
  clock.runTo(clock.nowMs() + 20_000);
  expect([come(), come()]).toEqual([false, true]);
  clock.runTo(clock.nowMs() + 3_600_000);
  expect([come(), come(), come(), come()]).toEqual([false, false, false, true]);
});

it("holds this machine to the bounds when told to", () => {
  const { denied } = gated({ maxPerHost: 1, limitLoopback: true });
  expect([denied(accepted("127.0.0.1")), denied(accepted("127.0.0.1"))]).toEqual([false, true]);
});

it("bounds the finished inbound connections exactly", () => {
  const { gater } = gated({ maxInbound: 2 });
  const denied = (connection: MultiaddrConnection): unknown =>
    gater.denyInboundUpgradedConnection!({} as never, connection);
  const first = accepted("8.8.8.8");
  expect([denied(first), denied(accepted("8.8.4.4")), denied(accepted("8.8.1.1"))]).toEqual([false, false, true]);
  close(first);
  expect(denied(accepted("8.8.1.1"))).toBe(false);
});
