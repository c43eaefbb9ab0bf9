/** The peer manager over real sockets: what `GET /v1/peers` shows. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it, vi } from "vitest";
import { blameSender, seededRandom, silentLogger, systemClock } from "#base";
import { createLibp2pTransport } from "../transport/libp2p.ts";
import type { Transport } from "../transport/port.ts";
import { createFilePeerStore } from "./file-peer-store.ts";
import { createPeerManager, type PeerManager } from "./peer-manager.ts";

interface Node {
  readonly transport: Transport;
  readonly manager: PeerManager;
  stop(): Promise<void>;
}

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});
const until = async (condition: () => boolean): Promise<void> =>
  void (await vi.waitUntil(condition, { timeout: 30_000, interval: 10 }));

async function start(n: number, folder: string, bootstrap: readonly string[]): Promise<Node> {
  const clock = systemClock();
  const transport = await createLibp2pTransport(
    {
      ...{ identitySeed: new Uint8Array(32).fill(n), agent: "agon/0.1.0", listen: ["/ip4/127.0.0.1/tcp/0"] },
      handshakeTimeoutMs: 30_000,
    },
    { clock },
  );
  const store = createFilePeerStore(join(folder, `${n}.json`), silentLogger);
  const options = { allowPrivate: true, bootstrap };
  const manager = await createPeerManager(options, { transport, clock, random: seededRandom(n), store });
  await transport.start();
  manager.start();
  let stopped = false;
  const stop = async (): Promise<void> => {
    if (stopped) return;
    stopped = true;
    await manager.stop();
    await transport.stop();
  };
  ends.push(stop);
  return { transport, manager, stop };
}

it("finds the others through one, says who they are, notices a goodbye, and remembers them", async () => {
  const folder = await mkdtemp(join(tmpdir(), "agon-p2p-"));
  ends.push(() => rm(folder, { recursive: true }));
  const a = await start(1, folder, []);
  const [address] = a.transport.listenAddresses();
  const b = await start(2, folder, [address!]);
  const c = await start(3, folder, [address!.split("/p2p/")[0]!]);
  const all = [a, b, c];
  await until(() => all.every((node) => node.manager.peers().length === 2));
  for (const node of all) {
    for (const { transport } of all.filter((other) => other !== node)) {
      const view = () => node.manager.peers().find(({ peer }) => peer === transport.self);
      // Both are known a moment after the connection is.
      await until(() => view()?.addresses.includes(transport.listenAddresses()[0]!) === true);
      await until(() => view()?.agent === "agon/0.1.0");
      expect(view()!.score).toBe(0);
    }
  }
  const gone: string[] = [];
  a.manager.onDisconnect((peer) => gone.push(peer));
  await c.stop();
  await until(() => gone.length > 0);
  expect(a.manager.peers().map((view) => view.peer)).toEqual([b.transport.self]);
  expect(gone).toEqual([c.transport.self]);
  await until(() => a.transport.connections().length === 1);
  await b.stop();
  // Or it may turn the next one away, which has the same name.
  await until(() => a.transport.connections().length === 0);
  const again = await start(2, folder, []);
  await until(() => again.manager.peers().some((view) => view.peer === a.transport.self));
  await until(() => a.manager.peers().length === 1);
  // Five would do if no time passed between them: points are forgiven by the millisecond.
  for (let i = 0; i < 6; i++) a.manager.report(again.transport.self, blameSender("block-malformed"));
  await until(() => a.manager.peers().length === 0 && again.manager.peers().length === 0);
  expect(a.manager.bans()).toMatchObject([{ peer: again.transport.self, host: null, why: "block-malformed" }]);
  await expect(again.transport.dial(address!, 2000)).rejects.toMatchObject({ code: "dial-failed" });
});
