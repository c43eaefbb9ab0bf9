import { vi } from "vitest";
import { systemClock } from "#base";
import { describeTransport, type TransportHarness } from "../../../test/contract/transport.ts";
import { createLibp2pTransport } from "./libp2p.ts";
import type { Transport } from "./port.ts";

async function open(): Promise<TransportHarness> {
  const made: Transport[] = [];
  return {
    async create() {
      const transport = await createLibp2pTransport(
        {
          identitySeed: crypto.getRandomValues(new Uint8Array(32)),
          agent: "agon/0.0.0",
          handshakeTimeoutMs: 40_000,
          listen: ["/ip4/127.0.0.1/tcp/0"],
        },
        { clock: systemClock() },
      );
      await transport.start();
      made.push(transport);
      return transport;
    },
    settle: (promise) => promise,
    until: async (condition) => void (await vi.waitUntil(condition, { timeout: 40_000, interval: 5 })),
    quiet: () => new Promise((resolve) => setTimeout(resolve, 100)),
    async close() {
      await Promise.all(made.map((transport) => transport.stop()));
    },
  };
}

describeTransport("libp2p over TCP", open);
