import { expect, it } from "vitest";
import { createManualClock, type ManualClock, seededRandom } from "#base";
import { createPeerBook, type PeerBook } from "./peer-book.ts";
import type { PeerData } from "./peer-store.ts";

const ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZ";
const idOf = (n: number): string =>
  `P${ALPHABET[n % 33]}${ALPHABET[Math.floor(n / 33) % 33]}${ALPHABET[Math.floor(n / 1089) % 33]}`;
const at = (host: string, n: number, port = 8731): string => `/ip4/${host}/tcp/${port}/p2p/${idOf(n)}`;
const any = (): boolean => true;

function open(
  options: { allowPrivate?: boolean } = {},
  stored: PeerData | null = null,
): { book: PeerBook; clock: ManualClock } {
  const clock = createManualClock(1_000_000);
  const parts = { clock, random: seededRandom(5) };
  return { book: createPeerBook({ allowPrivate: false, self: "Self", ...options }, parts, stored), clock };
}

it("takes dialable public addresses once, and private ones only when told so", () => {
  const { book } = open();
  expect(book.add(at("8.8.8.8", 1), "9.9")).toBe(true);
  expect(book.add(at("8.8.8.8", 1), "9.9")).toBe(false);
  expect(book.add("/ip4/8.8.8.8/tcp/1", "9.9")).toBe(false);
  expect(book.add("/ip4/8.8.8.8/tcp/1/p2p/Self", "9.9")).toBe(false);
  expect(book.add(at("127.0.0.1", 2), "9.9")).toBe(false);
  expect(book.add(at("10.0.0.1", 3), "9.9")).toBe(false);
  expect(book.size).toBe(1);
  const { book: local } = open({ allowPrivate: true });
  expect(local.add(at("127.0.0.1", 2), "9.9")).toBe(true);
});

it("bounds what one teller, one subnet, one host and one peer can fill", () => {
  const { book } = open();
  for (let i = 0; i < 10_000; i++) book.add(at(`${1 + (i % 200)}.${i % 256}.1.1`, i), "66.66");
  expect(book.size).toBeLessThanOrEqual(8 * 16);
  for (let i = 0; i < 2000; i++) book.connected(at("77.77.1.1", i, 1 + i));
  const { peers } = book.export();
  expect(peers.filter((peer) => peer.place === "tried").length).toBeLessThanOrEqual(4 * 16);
  for (let i = 0; i < 100; i++) book.add(at("9.9.9.9", 6000 + i), `${i}.1`);
  expect(book.export().peers.filter((peer) => peer.address.includes("/9.9.9.9/")).length).toBe(8);
  for (let port = 1; port <= 10; port++) book.add(at("8.8.8.8", 5000, port), "9.9");
  expect(book.addressesOf(idOf(5000)).length).toBeLessThanOrEqual(4);
});

it("keeps what it tried when strangers flood it", () => {
  const { book } = open();
  for (let i = 0; i < 10; i++) book.connected(at(`${20 + i}.1.1.1`, i));
  for (let i = 100; i < 20_000; i++) book.add(at(`${1 + (i % 220)}.${i % 250}.1.1`, i), `${i % 250}.${i % 7}`);
  const tried = book.export().peers.filter((peer) => peer.place === "tried");
  expect(tried).toHaveLength(10);
  expect(book.size).toBeLessThanOrEqual(64 * 16 + 16 * 16);
});

it("waits longer after each failure, and forgets a new address after four, a tried one after days", () => {
  const { book, clock } = open();
  const address = at("8.8.8.8", 1);
  book.add(address, "9.9");
  const waits: number[] = [];
  while (book.size > 0) {
    book.failed(address);
    const sinceMs = clock.nowMs();
    while (book.size > 0 && book.pick("new", any) === null) clock.runTo(clock.nowMs() + 100);
    waits.push(clock.nowMs() - sinceMs);
  }
  expect(waits).toHaveLength(4);
  for (const [i, baseMs] of [5000, 10_000, 20_000].entries()) {
    expect(waits[i]).toBeGreaterThanOrEqual(baseMs / 2);
    expect(waits[i]).toBeLessThanOrEqual(baseMs * 1.5 + 100);
  }
  book.connected(address);
  for (let i = 0; i < 30; i++) book.failed(address);
  expect(book.size).toBe(1);
  clock.runTo(clock.nowMs() + 4 * 24 * 3_600_000);
  book.failed(address);
  expect(book.size).toBe(0);
  expect(book.add(address, "9.9")).toBe(false);
  book.connected(address);
  expect(book.size).toBe(1);
});

it("leaves alone who said goodbye, and does not count it as a failure", () => {
  const { book, clock } = open();
  book.connected(at("8.8.8.8", 1));
  book.left(idOf(1));
  expect(book.pick("tried", any)).toBeNull();
  expect(book.export().peers[0]).toMatchObject({ failures: 0 });
  clock.runTo(clock.nowMs() + 60_000);
  expect(book.pick("tried", any)?.address).toBe(at("8.8.8.8", 1));
});

it("tells only what it reached lately", () => {
  const { book, clock } = open();
  book.connected(at("8.8.8.8", 1));
  book.add(at("8.9.8.8", 2), "9.9");
  expect(book.fresh(10, any)).toEqual([at("8.8.8.8", 1)]);
  expect(book.fresh(0, any)).toEqual([]);
  clock.runTo(clock.nowMs() + 25 * 3_600_000);
  expect(book.fresh(10, any)).toEqual([]);
});

it("remembers addresses and the last two anchors over a restart", () => {
  const { book } = open();
  for (let i = 0; i < 30; i++) book.add(at(`${20 + i}.1.1.1`, i), "9.9");
  for (let i = 0; i < 3; i++) {
    book.connected(at(`${20 + i}.1.1.1`, i));
    book.addAnchor(at(`${20 + i}.1.1.1`, i));
  }
  const stored: PeerData = { ...JSON.parse(JSON.stringify(book.export())), bans: [] };
  const { book: again } = open({}, stored);
  expect(again.anchors()).toEqual([at("22.1.1.1", 2), at("21.1.1.1", 1)]);
  const byAddress = (data: Pick<PeerData, "peers">) => [...data.peers].sort((a, b) => (a.address < b.address ? -1 : 1));
  expect(byAddress(again.export())).toEqual(byAddress(stored));
  again.forget(idOf(2));
  expect(again.anchors()).toEqual([at("21.1.1.1", 1)]);
});
