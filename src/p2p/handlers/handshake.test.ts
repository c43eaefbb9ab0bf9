import { beforeEach, describe, expect, it } from "vitest";
import { PROTOCOLS } from "../wire/protocols.ts";
import { encodeStatus } from "../wire/status.ts";
import { createHandshake, type Handshake } from "./handshake.ts";
import { serveRequests } from "./serve.ts";
import { ADDRESS, hash, log, openScene, type Scene } from "./testing/scene.ts";

let scene: Scene;
let handshake: Handshake;
let news: string[];
beforeEach(async () => {
  scene = await openScene();
  news = [];
  const { self, source, reports, clock } = scene;
  handshake = createHandshake({
    ...{ transport: self, source, reports, news: self, clock, log },
    onReady: (peer, status) => news.push(`+${peer} ${status.head.height}`),
    onGone: (peer) => news.push(`-${peer}`),
  });
  serveRequests({
    transport: self,
    source,
    reports,
    pool: { pending: () => [], has: () => false },
    meets: handshake.meets,
  });
  handshake.start();
});

describe("the handshake", () => {
  it("makes ready who is on our chain, whoever dialled, and forgets who is gone", async () => {
    const [a, b] = [await scene.rogue("A"), await scene.rogue("B")];
    expect(await scene.settle(a.meet(ADDRESS))).toEqual(encodeStatus(scene.status));
    await scene.settle(scene.self.dial(`/ip4/10.0.1.2/tcp/8731`, 1_000));
    await scene.run(1_000);
    expect(b.asked).toEqual(["status"]);
    expect([...handshake.ready.keys()]).toEqual(["A", "B"]);
    await scene.settle(a.transport.stop());
    await scene.run(1_000);
    expect(news).toEqual(["+A 5", "+B 5", "-A"]);
    expect(scene.reported).toEqual([]);
  });

  it.each([
    ["status-other-version", { wireVersion: 9 }],
    ["status-other-chain", { chainId: hash(9) }],
    ["status-other-genesis", { genesisId: hash(9) }],
  ])("turns away: %s", async (code, change) => {
    const [dialler, dialled] = [await scene.rogue("A", change), await scene.rogue("B", change)];
    // It is told our status, so that it can know why.
    expect(await scene.settle(dialler.meet(ADDRESS))).toEqual(encodeStatus(scene.status));
    await scene.settle(scene.self.dial("/ip4/10.0.1.2/tcp/8731", 1_000));
    await scene.run(1_000);
    expect(scene.reported).toEqual([`A: ${code}`, `B: ${code}`]);
    expect(dialled.asked).toEqual(["status"]);
    expect(scene.self.connections()).toEqual([]);
    expect(news).toEqual([]);
  });

  it("turns away who comes over to another chain later", async () => {
    const a = await scene.rogue("A");
    await scene.settle(a.meet(ADDRESS));
    a.claim({ chainId: hash(9) });
    expect(await scene.settle(handshake.refresh("A"))).toBeNull();
    await scene.run(1_000);
    expect(scene.reported).toEqual(["A: status-other-chain"]);
    expect(news).toEqual(["+A 5", "-A"]);
  });

  it("turns away who says nothing, in ten seconds", async () => {
    const a = await scene.rogue("A");
    await scene.settle(a.transport.dial(ADDRESS, 1_000));
    await scene.run(9_000);
    expect(scene.reported).toEqual([]);
    await scene.run(2_000);
    expect(scene.reported).toEqual(["A: status-missing"]);
    expect(handshake.isReady("A")).toBe(false);
  });

  it("blames who sends garbage, in a request and in an answer", async () => {
    const [a, b] = [await scene.rogue("A"), await scene.rogue("B")];
    await scene.settle(a.transport.dial(ADDRESS, 1_000));
    await scene.settle(a.ask("Self", PROTOCOLS.status, new Uint8Array(177)));
    b.answer("status", async () => new Uint8Array(100).fill(3));
    await scene.settle(scene.self.dial("/ip4/10.0.1.2/tcp/8731", 1_000));
    await scene.run(1_000);
    expect(scene.reported).toEqual([
      "A status-malformed",
      "A: status-malformed",
      "B status-malformed",
      "B: status-malformed",
    ]);
  });

  it("cuts off a status of a megabyte at its length", async () => {
    const a = await scene.rogue("A");
    await scene.settle(a.transport.dial(ADDRESS, 1_000));
    expect(await scene.settle(a.ask("Self", PROTOCOLS.status, new Uint8Array(2 ** 20)))).toBe("request-cut-off");
    await scene.run(100);
    expect(scene.reported).toEqual(["A request-too-long"]);
  });

  it("asks one question at a time, however many want the answer", async () => {
    const a = await scene.rogue("A");
    await scene.settle(a.meet(ADDRESS));
    const answers = await scene.settle(Promise.all([1, 2, 3, 4, 5].map(() => handshake.refresh("A"))));
    expect(answers.map((status) => status?.head.height)).toEqual([5, 5, 5, 5, 5]);
    expect(a.asked).toEqual(["status"]);
  });

  it("answers who asks right behind its status, and blames who never gave one", async () => {
    const [a, b] = [await scene.rogue("A"), await scene.rogue("B")];
    // The answer with A's status is late; its next question overtakes it.
    a.answer("status", (from) => {
      void a.ask(from, PROTOCOLS.pool, new Uint8Array(0)).then((got) => overtaking.push(got));
      return new Promise((resolve) => scene.clock.after(500, () => resolve(encodeStatus(scene.status))));
    });
    const overtaking: unknown[] = [];
    await scene.settle(scene.self.dial("/ip4/10.0.1.1/tcp/8731", 1_000));
    await scene.run(2_000);
    expect(overtaking).toEqual([[]]);
    expect(scene.reported).toEqual([]);
    await scene.settle(b.transport.dial(ADDRESS, 1_000));
    for (const name of ["headers", "bodies", "pool"] as const)
      expect(await scene.settle(b.ask("Self", PROTOCOLS[name], new Uint8Array(2)))).toBe("request-cut-off");
    expect(scene.reported).toEqual(Array.from({ length: 3 }, () => "B request-before-status"));
  });

  it("ends with all that waits", async () => {
    const a = await scene.rogue("A");
    await scene.settle(a.transport.dial(ADDRESS, 1_000));
    handshake.stop();
    expect(scene.clock.nextDueMs()).toBeNull();
  });
});
