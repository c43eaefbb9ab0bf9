import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ChainEvent, createClient, type ValidationReport } from "#api/contract";
import { asHash, fromHex, toHex } from "#base";
import { formatAddress } from "#crypto";
import { buildRecord, devAccount } from "#wallet/core";
import { createTempFolder, type TempFolder } from "../support/temp.ts";
import { agon } from "./agon-process.ts";
import { type DevnetUnderTest, devnetArguments, isAlive, startDevnet, whenCaughtUp } from "./devnet-under-test.ts";
import { agonHere } from "./memory-terminal.ts";

const soon = { timeout: 60_000, interval: 50 };
const later = { timeout: 180_000, interval: 50 };

let folder: TempFolder;
let devnet: DevnetUnderTest;
const pids = new Set<number>();
/** Whom blocks credit that were ordered; no node mines for it by itself. */
const ordered = formatAddress(devAccount(9).address, "tagon");

beforeAll(async () => {
  folder = await createTempFolder("agon-devnet");
  devnet = await startDevnet(join(folder.dir, "a"), ["--nodes", "3"]);
  for (const { pid } of await devnet.nodes()) pids.add(pid!);
});
afterAll(async () => {
  await devnet?.stop("SIGKILL");
  for (const pid of alive()) process.kill(pid, "SIGKILL");
  await folder[Symbol.asyncDispose]();
});

function alive(): readonly number[] {
  return [...pids].filter((pid) => isAlive(pid, folder.dir));
}

interface OpenApi {
  readonly paths: object;
  readonly components: { readonly schemas: object };
}

/** Their one head, or what they say instead. */
async function commonHead(): Promise<number | string> {
  const running = (await devnet.nodes()).filter(({ state }) => state === "running");
  const hashes = new Set(running.map(({ head }) => head?.hash));
  return hashes.size === 1 ? (running[0]?.head?.height ?? -1) : `${hashes.size} heads`;
}

/** A node that changes its branch each time that it is read looks like one whose chain is broken. */
async function validate(name: string): Promise<ValidationReport> {
  for (let tries = 1; ; tries++) {
    const report = await devnet.client.devnet.validate(name);
    if (report.valid || tries === 5) return report;
  }
}

async function stateRootOf(name: string): Promise<string> {
  const { head } = await (await devnet.direct(name)).status();
  return `${head.hash} ${head.stateRoot}`;
}

describe("a devnet of three nodes", () => {
  it("shows of each node what the node says itself", async () => {
    const compare = async (): Promise<boolean[]> =>
      Promise.all(
        (await devnet.nodes()).map(async ({ api, head, peers, peerId, p2p }) => {
          const client = createClient({ baseUrl: api, fetch });
          const [status, own] = await Promise.all([client.status(), client.peers()]);
          const isSameHead = head?.hash === status.head.hash && head.height === status.head.height;
          const isSame = isSameHead && peers === status.peers && peerId === own.peerId && p2p === own.addresses[0];
          return isSame && peers === 2;
        }),
      );
    await expect.poll(compare, soon).toEqual([true, true, true]);
    const rows = await devnet.nodes();
    expect(rows.map(({ name, state }) => [name, state])).toEqual([1, 2, 3].map((i) => [`node-${i}`, "running"]));
    expect(rows.map(({ pid }) => pid !== null && isAlive(pid))).toEqual([true, true, true]);
  });

  it("lists the funded accounts with their keys and balances", async () => {
    const read = async () => (await devnet.client.devnet.accounts()).accounts;
    expect((await read()).map(({ name }) => name)).toEqual(Array.from({ length: 10 }, (_, i) => `dev-${i}`));
    const { address, seed, key } = devAccount(7);
    // A node that is slow to answer leaves the balance out.
    await expect
      .poll(async () => (await read())[7], soon)
      .toMatchObject({
        ...{ address: formatAddress(address, "tagon"), privateKey: toHex(seed), publicKey: toHex(key) },
        balance: "100000000000000",
      });
  });

  it("takes orders only with the token, and writes them down", async () => {
    const stranger = createClient({ baseUrl: devnet.url, fetch });
    for (const order of [
      () => stranger.devnet.mine("node-1"),
      () => stranger.devnet.validate("node-1"),
      () => stranger.devnet.kill("node-1"),
      () => stranger.devnet.shutdown("node-1"),
      () => stranger.devnet.start("node-1"),
      () => stranger.devnet.add(),
      () => stranger.mine({ blocks: 1 }),
      () => stranger.shutdown(),
    ])
      await expect(order()).rejects.toMatchObject({ status: 401, code: "unauthorized" });
    expect((await fetch(`${devnet.url}/v1/devnet/nodes/node-1/kill`)).status).toBe(405);
    expect((await fetch(`${devnet.url}/v1/status`, { method: "DELETE" })).status).toBe(405);
    expect((await devnet.nodes()).every(({ state }) => state === "running")).toBe(true);

    const { blocks } = await devnet.mine("node-2", { blocks: 2, address: ordered });
    expect(blocks).toHaveLength(2);
    await expect(devnet.client.devnet.mine("node-8")).rejects.toMatchObject({ status: 404 });
    const mined = await whenCaughtUp(() => devnet.client.mine({ blocks: 1, address: ordered }));
    expect(mined.blocks).toHaveLength(1);
    const { entries } = await devnet.client.devnet.audit();
    expect(entries.filter(({ ok, node }) => ok || node === "node-8")).toMatchObject([
      { action: "admin/mine", node: "node-1", ok: true },
      { action: "mine", node: "node-8", ok: false, from: "127.0.0.1", message: expect.stringContaining("node-8") },
      { action: "mine", node: "node-2", ok: true },
    ]);
    const lines = readFileSync(join(devnet.data, "audit.jsonl"), "utf8").trim().split("\n");
    expect(lines.map((line) => JSON.parse(line)).reverse()).toEqual(entries);
  });

  it("passes reads, events and transactions on to the node that is named", async () => {
    const highEnough = async (name: string) => ((await devnet.node(name)).head?.height ?? 0) >= 3;
    for (const name of ["node-1", "node-2", "node-3"]) {
      await expect.poll(() => highEnough(name), later).toBe(true);
      const { peerId } = await devnet.node(name);
      const byHeader = await fetch(`${devnet.url}/v1/peers`, { headers: { "x-agon-node": name } });
      const byQuery = await fetch(`${devnet.url}/v1/peers?node=${name}`);
      expect(await Promise.all([byHeader.json(), byQuery.json()])).toMatchObject([{ peerId }, { peerId }]);
      expect(byQuery.headers.get("x-agon-node")).toBe(name);
      const chain = await devnet.client.devnet.chain(name, { from: 3, limit: 2 });
      expect(chain).toMatchObject({ name, blocks: [{ height: 3 }, { height: 2 }], nextFrom: 1 });
    }
    expect((await devnet.client.health()).ok).toBe(true);
    expect(await devnet.client.metrics()).toContain("agon_");
    expect(await (await fetch(devnet.url)).text()).toContain("<html");
    for (const path of ["/v1/openapi.json", "/docs/json"]) {
      const { paths, components } = (await (await fetch(devnet.url + path)).json()) as OpenApi;
      expect(Object.keys(paths)).toEqual(
        expect.arrayContaining(["/v1/devnet/nodes", "/v1/status", "/v1/transactions"]),
      );
      expect(Object.keys(components.schemas)).toEqual(expect.arrayContaining(["DevnetNode", "Status"]));
    }

    const { chain } = await devnet.client.status();
    const socketNews = openSocket(`${devnet.url.replace("http", "ws")}/v1/ws?node=node-3`);
    const record = { mediaType: 1, data: new Uint8Array(2_000).fill(7) } as const;
    const item = buildRecord({ chainId: asHash(fromHex(chain.id)!), seed: devAccount(3).seed, nonce: 0, record });
    const events = devnet.client.events({ signal: AbortSignal.timeout(120_000) });
    const first = events.next();
    expect(await devnet.client.submitBytes(item.bytes)).toEqual({ results: [{ id: toHex(item.id) }] });
    await devnet.mine("node-1", { address: ordered });
    expect((await first).value).toMatchObject({ type: expect.stringContaining("block-") });
    await events.return();
    expect(await socketNews).toMatchObject({ type: expect.stringContaining("block-") });
    const third = await devnet.direct("node-3");
    const read = async () => (await third.record(toHex(item.id))).bytes;
    await expect.poll(read, soon).toEqual(record.data);
  });

  it("refuses a body that is too large, and bytes that mean nothing, as a node does", async () => {
    await expect(devnet.client.submitBytes(new Uint8Array(4_194_305))).rejects.toMatchObject({
      ...{ status: 413, code: "body-too-large" },
    });
    await expect(devnet.client.submitBytes(new Uint8Array(64))).rejects.toMatchObject({ status: 400 });
  });

  it("mines at the chain's spacing to one head, with five blocks or more that nobody has ordered", async () => {
    const proposers = async (): Promise<string[]> => {
      const { items } = await devnet.client.blocks({ limit: 100 });
      return items.flatMap(({ height, proposer }) => (height > 0 && proposer !== ordered ? [proposer] : []));
    };
    await expect.poll(async () => (await proposers()).length, later).toBeGreaterThanOrEqual(5);
    await expect.poll(async () => new Set(await proposers()).size, later).toBeGreaterThan(1);
    await expect.poll(commonHead, later).toSatisfy((height) => typeof height === "number" && height >= 5);
  });

  it("brings back a node that was killed outright, with what it missed", async () => {
    const { pid } = await devnet.node("node-2");
    process.kill(pid!, "SIGKILL");
    await expect.poll(async () => (await devnet.node("node-2")).state, soon).toBe("crashed");
    expect(await devnet.node("node-2")).toMatchObject({ pid: null, note: expect.stringContaining("SIGKILL") });
    await expect(devnet.client.devnet.mine("node-2")).rejects.toMatchObject({ status: 503, code: "node-not-running" });
    await devnet.mine("node-3", { blocks: 6 });
    const back = await devnet.client.devnet.start("node-2");
    expect(back.state).toBe("running");
    pids.add(back.pid!);
    await expect.poll(async () => (await stateRootOf("node-2")) === (await stateRootOf("node-3")), later).toBe(true);
  });

  it("ends a node gracefully, and the others know at once", async () => {
    const { peerId } = await devnet.node("node-3");
    await expect.poll(async () => (await devnet.node("node-1")).peerIds, later).toContain(peerId);
    const [one, two] = [await devnet.direct("node-1"), await devnet.direct("node-2")];
    const gone = await devnet.client.devnet.shutdown("node-3");
    expect(gone).toMatchObject({ state: "stopped", pid: null, head: null });
    for (const other of [one, two])
      await expect.poll(async () => (await other.peers()).peers.map((peer) => peer.peerId), soon).not.toContain(peerId);
    expect((await devnet.client.devnet.kill("node-3")).state).toBe("stopped");
    const back = await devnet.client.devnet.start("node-3");
    pids.add(back.pid!);
    expect(back.peerId).toBe(peerId);
  });

  it("takes in a fourth node late, which has the same state, and the chain of each is valid", async () => {
    const added = await devnet.client.devnet.add();
    pids.add(added.pid!);
    expect(added).toMatchObject({ name: "node-4", state: "running" });
    await expect.poll(async () => (await stateRootOf("node-4")) === (await stateRootOf("node-1")), later).toBe(true);
    await expect.poll(commonHead, later).toSatisfy((height) => typeof height === "number" && height > 10);
    await Promise.all(
      (await devnet.nodes()).map(async ({ name }) => {
        const report = await validate(name);
        expect(report).toMatchObject({ valid: true, problems: [] });
        expect(report.checkedBlocks).toBeGreaterThan(10);
        // By id and from the node itself: the tip may be one that a reorganisation has replaced since, or that others lack.
        const checked = await (await devnet.direct(name)).block(report.head.hash);
        expect(checked.stateRoot).toBe(report.stateRoot);
      }),
    );
  });

  it("is the only one in its folder", async () => {
    const { code, err } = await agonHere(["devnet", "--data", devnet.data, "--fresh"]);
    expect(code).toBe(1);
    expect(err).toContain(`a devnet already runs in ${devnet.data}`);
  });

  it("leaves nothing behind when it is told to end, and goes on where it was", async () => {
    const height = (await devnet.client.status()).head.height;
    expect(await devnet.stop("SIGINT")).toBe(130);
    expect(alive()).toEqual([]);
    devnet = await startDevnet(devnet.data);
    for (const { pid } of await devnet.nodes()) pids.add(pid!);
    expect((await devnet.client.status()).head.height).toBeGreaterThanOrEqual(height);
  });

  it("leaves nothing behind when it is killed outright, though a node mines and another is read", async () => {
    const first = await devnet.node("node-1");
    const reader = await fetch(`${first.api}/v1/events`);
    const { height } = (await devnet.client.status()).head;
    const mined = devnet.mine("node-2", { blocks: 1_000 }).catch(() => null);
    await expect.poll(async () => (await devnet.client.status()).head.height, later).toBeGreaterThan(height + 3);
    await devnet.stop("SIGKILL");
    await expect.poll(alive, soon).toEqual([]);
    await reader.body?.cancel().catch(() => {});
    await mined;
  });
});

it("ends by itself, says what the nodes agreed on, and begins anew when told to", async () => {
  const data = join(folder.dir, "b");
  const short = await agon(
    await devnetArguments(data, ["--nodes", "2", "--for", "3", "--hash-rate", "40000", "--json"]),
  );
  expect(short).toMatchObject({ code: 0 });
  const [started, agreed] = short.out
    .toString()
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(agreed).toMatchObject({ equal: true, heads: [{ name: "node-1" }, { name: "node-2" }] });
  expect(agreed.heads[0].height).toBeGreaterThanOrEqual(1);
  expect(started.nodes.map(({ pid }: { pid: number }) => isAlive(pid, data))).toEqual([false, false]);

  const other = await agonHere(["devnet", "--data", data, "--spec", "test"]);
  expect(other).toMatchObject({ code: 1, err: expect.stringContaining("is of the chain dev") });
  const fresh = await startDevnet(data, ["--nodes", "1", "--spec", "test", "--fresh"]);
  for (const { pid } of await fresh.nodes()) pids.add(pid!);
  expect((await fresh.client.status()).chain.name).toBe("test");
  await fresh.stop("SIGTERM");
});

it("touches nothing in a folder that is not a devnet's", async () => {
  const foreign = join(folder.dir, "c");
  mkdirSync(foreign);
  writeFileSync(join(foreign, "letter.txt"), "dear");
  for (const more of [["--fresh"], []]) {
    const { code, err } = await agonHere(["devnet", "--data", foreign, ...more]);
    expect([code, err]).toEqual([1, expect.stringContaining("no folder of a devnet")]);
  }
  expect(readFileSync(join(foreign, "letter.txt"), "utf8")).toBe("dear");
});

/** The first message of a WebSocket. */
function openSocket(url: string): Promise<ChainEvent> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url);
    socket.addEventListener("error", () => reject(new Error(`${url} does not answer`)));
    socket.addEventListener("message", ({ data }) => {
      socket.close();
      resolve(JSON.parse(String(data)));
    });
  });
}
