import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { systemRandom } from "#base";
import { tempDir } from "../../../test/support/temp.ts";
import { run } from "../testing/terminal.ts";

const env = { AGON_PASSPHRASE: "a long passphrase" };

const json = async (argv: readonly string[]) => {
  const { code, out, err } = await run([...argv, "--json"], { env, random: systemRandom() });
  expect([code, err]).toEqual([0, ""]);
  return JSON.parse(out);
};

describe("the keys of a validator", () => {
  test("are made with what a bond needs, changed, and protected elsewhere too", async () => {
    const data = join(tempDir(), "mine");
    const first = await json(["validator", "init", "--data", data, "--spec", "pos-dev"]);
    expect(first).toMatchObject({ chain: "pos-dev", mustWatch: false, folder: join(data, "validator") });
    expect(first.signingKey).toMatch(/^[0-9a-f]{64}$/);
    expect(readFileSync(join(data, "validator", "keys.json"), "utf8")).toContain(first.signingKey);
    expect(JSON.parse(readFileSync(join(data, "config.json"), "utf8"))).toEqual({
      ...{ node: { spec: "pos-dev" }, validator: { key: "own" } },
    });
    const again = await run(["validator", "init", "--data", data], { env });
    expect(again).toMatchObject({ code: 1, err: expect.stringContaining("rotate-key") });

    // The folder's settings name the chain.
    const second = await json(["validator", "rotate-key", "--data", data]);
    expect(second.signingKey).not.toBe(first.signingKey);

    const file = join(tempDir(), "protection.json");
    await json(["validator", "export-protection", "--data", data, "--out", file]);
    const exported = JSON.parse(readFileSync(file, "utf8"));
    expect(exported.data.map(({ pubkey }: { pubkey: string }) => pubkey)).toEqual(
      [first, second].map(({ signingKey }) => `0x${signingKey}`),
    );
    exported.data[0].signed_blocks = [{ slot: "81" }];
    writeFileSync(file, JSON.stringify(exported));
    const { keys } = await json(["validator", "import-protection", file, "--data", data]);
    expect(keys[0]).toEqual({
      ...{ signingKey: first.signingKey, lastBlockSlot: 81, lastVoteSource: null, lastVoteTarget: null },
    });
    const shown = await run(["validator", "export-protection", "--data", data], { env });
    expect(JSON.parse(shown.out).data[0].signed_blocks).toEqual([{ slot: "81" }]);
  });

  test("from elsewhere are watched before they sign", async () => {
    const data = join(tempDir(), "mine");
    const seed = join(tempDir(), "seed");
    writeFileSync(seed, "not a seed");
    const argv = ["validator", "init", "--data", data, "--spec", "pos-dev", "--seed-file", seed];
    expect(await run(argv, { env })).toMatchObject({ code: 1, err: expect.stringContaining("64 hex digits") });
    expect(existsSync(data)).toBe(false);
    writeFileSync(seed, `${"5a".repeat(32)}\n`);
    expect(await json(argv)).toMatchObject({ origin: "imported", mustWatch: true });
  });

  test.each([
    [["validator", "init", "--spec", "dev"], "the chain dev has no validators"],
    [["validator", "rotate-key", "--spec", "pos-dev"], "'agon validator init' makes the first"],
    [["validator", "run", "--spec", "pos-dev"], "make one with 'agon validator init'"],
    [["validator", "export-protection", "--spec", "pos-dev"], "no signing guard"],
    [["validator", "import-protection", "/nowhere", "--spec", "pos-dev"], "/nowhere does not exist"],
  ])("%j says what is missing", async (argv, words) => {
    const { code, out, err } = await run([...argv, "--data", join(tempDir(), "none")], { env });
    expect([code, out]).toEqual([1, ""]);
    expect(err).toContain(words);
  });

  test("what is no protection of this chain is refused", async () => {
    const data = join(tempDir(), "mine");
    await json(["validator", "init", "--data", data, "--spec", "pos-dev"]);
    const file = join(tempDir(), "p.json");
    writeFileSync(file, "{}");
    const bad = await run(["validator", "import-protection", file, "--data", data], { env });
    expect(bad).toMatchObject({ code: 1, err: expect.stringContaining("interchange malformed") });
    const root = `0x${"00".repeat(32)}`;
    const metadata = { interchange_format_version: "5", genesis_validators_root: root };
    writeFileSync(file, JSON.stringify({ metadata, data: [] }));
    const other = await run(["validator", "import-protection", file, "--data", data], { env });
    expect(other).toMatchObject({ code: 1, err: expect.stringContaining("interchange other chain") });
  });
});
