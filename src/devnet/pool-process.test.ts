import { readdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, it } from "vitest";
import { builtInSpec } from "#spec";
import { freePortRange } from "../../test/support/ports.ts";
import { createTempFolder } from "../../test/support/temp.ts";
import { openDevnetFolder } from "./devnet-folder.ts";
import { DEVNET_DEFAULTS } from "./options.ts";
import { PoolProcess } from "./pool-process.ts";
import { runDevnet } from "./run-devnet.ts";
import { settleChain } from "./settle-chain.ts";

it("has no work where blocks are signed, and says so before anything runs", async () => {
  await using temp = await createTempFolder("agon-devnet");
  const options = { data: temp.dir, engine: "pos", pool: { port: null }, port: 0 } as const;
  await expect(runDevnet(options)).rejects.toMatchObject({
    code: "config-invalid",
    message: expect.stringContaining("a pool has no work here: nothing can be mined on pos-"),
  });
  expect(readdirSync(temp.dir)).not.toContain("devnet.json");
});

it("is on a chain that follows the hash rate unless another is named", async () => {
  await using temp = await createTempFolder("agon-devnet");
  const folder = openDevnetFolder(temp.dir, { fresh: false });
  try {
    const settle = (given: object) => settleChain(folder, { ...DEVNET_DEFAULTS, ...given }, 0).spec.name;
    const pool = { port: null };
    expect(settle({})).toBe("dev");
    expect(() => settle({ pool })).toThrow("is of the chain dev");
    expect(settle({ pool, spec: "dev" })).toBe("dev");
    rmSync(join(temp.dir, "devnet.json"));
    expect(settle({ pool })).toBe("test");
  } finally {
    folder.release();
  }
});

it("does not move from a port that was asked for", async () => {
  await using temp = await createTempFolder("agon-devnet");
  const port = await freePortRange(2);
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(port, "127.0.0.1", resolve));
  try {
    const pool = new PoolProcess({
      ...{ folder: join(temp.dir, "pool"), port, spec: builtInSpec("test"), program: "/nowhere" },
      node: { url: Promise.resolve("http://127.0.0.1:1"), folder: temp.dir },
    });
    await expect(pool.start()).rejects.toMatchObject({ code: "port-taken" });
    expect(pool.view()).toMatchObject({ state: "stopped", stratum: null, account: "dev-8" });
  } finally {
    taken.close();
  }
});
