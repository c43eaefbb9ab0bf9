import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { silentLogger } from "#base";
import { createFilePeerStore } from "./file-peer-store.ts";
import type { PeerData } from "./peer-store.ts";

const DATA: PeerData = {
  secret: "00112233445566778899aabbccddeeff",
  peers: [
    {
      ...{ address: "/ip4/8.8.8.8/tcp/1/p2p/P", place: "tried", source: "9.9" },
      ...{ addedMs: 1, lastSuccessMs: 2, nextTryMs: 3, failures: 0 },
    },
  ],
  anchors: ["/ip4/8.8.8.8/tcp/1/p2p/P"],
  bans: [{ peer: "Q", host: null, untilMs: 5, why: "lied", times: 1 }],
};

it("gives back what it saved, and nothing for a file that is absent, damaged or of another shape", async () => {
  const folder = await mkdtemp(join(tmpdir(), "agon-peers-"));
  try {
    const path = join(folder, "peers.json");
    const warned: string[] = [];
    const store = createFilePeerStore(path, { ...silentLogger, warn: (text) => warned.push(text) });
    expect(await store.load()).toBeNull();
    expect(warned).toEqual([]);
    await store.save(DATA);
    expect(await store.load()).toEqual(DATA);
    expect(await readdir(folder)).toEqual(["peers.json"]);
    const peer = DATA.peers[0];
    for (const text of [
      "",
      "{",
      "null",
      "[]",
      "{}",
      JSON.stringify({ ...DATA, peers: [{ ...peer, failures: "1" }] }),
      JSON.stringify({ ...DATA, anchors: [1] }),
      JSON.stringify({ ...DATA, bans: [{ why: "x" }] }),
    ]) {
      await writeFile(path, text);
      expect(await store.load()).toBeNull();
    }
    expect(warned).toHaveLength(8);
  } finally {
    await rm(folder, { recursive: true });
  }
});
