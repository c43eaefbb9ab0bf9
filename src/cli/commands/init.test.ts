import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { tempDir } from "../../../test/support/temp.ts";
import { run } from "../testing/terminal.ts";

const env = { AGON_PASSPHRASE: "correct horse" };
let folder = "";
let data = "";

beforeEach(() => {
  folder = tempDir();
  data = join(folder, "node");
});

const configOf = (path: string): unknown => JSON.parse(readFileSync(join(path, "config.json"), "utf8"));

test("by flags: folder, identity, keystore, and the settings that were chosen", async () => {
  const made = await run(
    ["init", "--data", data, "--spec", "test", "--api-port", "9001", "--mining-enabled", "--json"],
    { env },
  );
  expect(made).toMatchObject({ code: 0, err: "" });
  const setup: { address: string; words: string; nodeKey: string } = JSON.parse(made.out);
  expect(setup).toMatchObject({ data, chain: "test", nodeKey: expect.stringMatching(/^[0-9a-f]{64}$/) });
  expect(setup.address).toMatch(/^tagon1/);
  expect(configOf(data)).toEqual({
    node: { spec: "test" },
    api: { port: 9001 },
    mining: { enabled: true, rewardAddress: setup.address },
  });
  for (const file of ["config.json", "node-key", "keystore.json"])
    expect(statSync(join(data, file)).mode & 0o077).toBe(0);

  const effective = await run(["config", "--data", data, "--json"]);
  expect(JSON.parse(effective.out)).toMatchObject({
    api: { port: 9001 },
    node: { spec: "test" },
    mining: { enabled: true },
  });
  const again = await run(["init", "--data", data], { env });
  expect(again).toMatchObject({ code: 1, out: "", err: expect.stringContaining("exists already") });
});

test("from a setup file, without a keystore; flags win over it", async () => {
  const setup = join(folder, "setup.json");
  writeFileSync(setup, JSON.stringify({ p2p: { port: 9002, bootstrap: ["/ip4/127.0.0.1/tcp/9"] }, api: { port: 1 } }));
  const made = await run(["init", "--from", setup, "--no-keystore", "--data", data, "--api-port", "9003", "--full"]);
  expect(made).toMatchObject({ code: 0, err: "" });
  expect(made.out).toContain(`agon node --data ${data}`);
  expect(existsSync(join(data, "keystore.json"))).toBe(false);
  expect(configOf(data)).toMatchObject({
    node: { spec: "dev", logLevel: "info" },
    p2p: { port: 9002, bootstrap: ["/ip4/127.0.0.1/tcp/9"], targetOutbound: 8 },
    api: { port: 9003 },
  });
});

test("by questions", async () => {
  const made = await run(["init"], {
    answers: [data, "test", "8730", "9004", "", false, "correct horse", "correct horse"],
  });
  expect(made.code).toBe(0);
  expect(made.asked.slice(0, 2)).toEqual(["Folder of the node", "Chain"]);
  expect(made.err).toMatch(/Write them down:\n\n {2}(\w+ ){23}\w+\n/);
  // The usual port stays free to move on when it is taken.
  expect(configOf(data)).toEqual({
    node: { spec: "test" },
    p2p: { port: 9004 },
    mining: { rewardAddress: expect.any(String) },
  });
});

test.each([
  [{ nodes: {} }, "'nodes' in the configuration file is not a section"],
  [{ api: { prot: 1 } }, "'api.prot' in the configuration file is not a setting"],
  [{ api: { port: "x" } }, "'api.port' in the configuration file must be a number"],
  [{ api: { port: 70_000 } }, "from 0 to 65535"],
  [{ node: { spec: "moon" } }, "neither a built-in chain"],
  [[], "one JSON object"],
])("a setup that will not do is refused, and nothing is made: %j", async (setup, words) => {
  const file = join(folder, "setup.json");
  writeFileSync(file, JSON.stringify(setup));
  const result = await run(["init", "--from", file, "--data", data, "--json"], { env });
  expect([result.code, result.out]).toEqual([1, ""]);
  const { error } = JSON.parse(result.err) as { error: { code: string; message: string } };
  expect(error.message).toContain(words);
  expect(existsSync(data)).toBe(false);
});
