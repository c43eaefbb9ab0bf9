import { beforeEach, describe, expect, it } from "vitest";
import { decodeParts, encodeParts } from "#model";
import { PROTOCOLS } from "../wire/protocols.ts";
import { encodeHeadersRequest, encodeIds, MAX_BODIES, MAX_LOCATOR } from "../wire/requests.ts";
import { serveRequests } from "./serve.ts";
import { ADDRESS, GENESIS, hash, openScene, pending, type Scene } from "./testing/scene.ts";

let scene: Scene;
let waiting: ReturnType<typeof pending>[];
beforeEach(async () => {
  scene = await openScene();
  waiting = [];
  const { self, source, reports } = scene;
  serveRequests({
    ...{ transport: self, source, reports },
    pool: { pending: () => waiting, has: () => false },
    meets: async () => true,
  });
});

async function ask(name: keyof typeof PROTOCOLS, bytes: Uint8Array): Promise<readonly Uint8Array[] | string> {
  const rogue = await scene.rogue("A");
  await scene.settle(rogue.transport.dial(ADDRESS, 1_000));
  return scene.settle(rogue.ask("Self", PROTOCOLS[name], bytes));
}

describe("requests of those who catch up", () => {
  it("are answered with headers after what is common, as many as wanted", async () => {
    scene.source.headers = [1, 2, 3].map((byte) => new Uint8Array(200).fill(byte));
    const [answer] = (await ask("headers", encodeHeadersRequest({ locator: [hash(9), GENESIS], limit: 2 }))) as [
      Uint8Array,
    ];
    expect(decodeParts(answer, 10)).toEqual(scene.source.headers.slice(0, 2));
    expect(await ask("headers", encodeHeadersRequest({ locator: [hash(9)], limit: 2 }))).toEqual([new Uint8Array(0)]);
    expect(await ask("headers", encodeHeadersRequest({ locator: [GENESIS], limit: 0 }))).toEqual([new Uint8Array(0)]);
  });

  it("are answered with a body each, an empty one for what is not here, and no more than 16 MiB", async () => {
    const large = new Uint8Array(6 * 2 ** 20).fill(7);
    scene.source.bodies.set("01".repeat(32), Uint8Array.of(1, 2));
    scene.source.bodies.set("03".repeat(32), large);
    expect(await ask("bodies", encodeIds([hash(1), hash(2)]))).toEqual([Uint8Array.of(1, 2), new Uint8Array(0)]);
    expect(await ask("bodies", new Uint8Array(0))).toEqual([]);
    const many = (await ask("bodies", encodeIds(Array.from({ length: MAX_BODIES }, () => hash(3))))) as Uint8Array[];
    expect(many.length).toBe(3);
  });

  it("are answered with what is pending, in pieces, and no more than 4 MiB", async () => {
    waiting = Array.from({ length: 40_000 }, (_, i) => pending(i % 256));
    const chunks = (await ask("pool", new Uint8Array(0))) as Uint8Array[];
    const all = chunks.flatMap((chunk) => decodeParts(chunk, 2_000)!);
    expect(chunks.length).toBeGreaterThan(10);
    expect(all.length * 150).toBeGreaterThan(4 * 2 ** 20 - 1_000);
    expect(all.length * 150).toBeLessThan(4 * 2 ** 20 + 1_000);
    expect(encodeParts(all.slice(0, 2))).toEqual(encodeParts(waiting.slice(0, 2).map((item) => item.bytes)));
  });

  it("that are malformed are refused, and blame the asker", async () => {
    const garbage = new Uint8Array(1_001).fill(0xa5);
    const many = Array.from({ length: MAX_LOCATOR }, () => hash(1));
    expect(await ask("headers", garbage)).toBe("request-cut-off");
    expect(await ask("headers", new Uint8Array(0))).toBe("request-cut-off");
    expect(await ask("bodies", garbage)).toBe("request-cut-off");
    expect(await ask("headers", encodeHeadersRequest({ locator: many, limit: 1 }))).toEqual([new Uint8Array(0)]);
    expect(scene.reported).toEqual(Array.from({ length: 3 }, () => "A request-malformed"));
  });

  it("of a megabyte are cut off at their length, on every protocol", async () => {
    for (const name of ["headers", "bodies", "pool"] as const)
      expect(await ask(name, new Uint8Array(2 ** 20))).toBe("request-cut-off");
    expect(scene.reported).toEqual(Array.from({ length: 3 }, () => "A request-too-long"));
  });

  it("are bounded in number at the same time", async () => {
    const rogue = await scene.rogue("A");
    await scene.settle(rogue.transport.dial(ADDRESS, 1_000));
    const request = encodeHeadersRequest({ locator: [GENESIS], limit: 1 });
    const answers = await scene.settle(
      Promise.all(Array.from({ length: 40 }, () => rogue.ask("Self", PROTOCOLS.headers, request))),
    );
    expect(answers.filter((answer) => answer === "request-cut-off").length).toBeGreaterThan(0);
    expect(new Set(scene.reported)).toEqual(new Set(["A too-many-requests"]));
  });
});
