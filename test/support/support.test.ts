import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { beforeEach, expect, it, vi } from "vitest";
import { freePort, freePortRange, freePorts } from "./ports.ts";
import { absentProgram, findProgram, requireProgram } from "./requires.ts";
import { testSeed } from "./seed.ts";
import { createTempFolder, tempDir } from "./temp.ts";

beforeEach(() => () => vi.unstubAllEnvs());

const skipped = {
  skip(reason?: string): never {
    throw new Error(`skipped: ${reason}`);
  },
};

it("finds a program that is there", (context) => {
  expect(findProgram("sh")).toMatch(/\/sh$/);
  expect(requireProgram("sh", context)).toBe(findProgram("sh"));
  expect(absentProgram("sh")).toBe(false);
});

it("skips with a reason where a program is absent, and fails under CI", () => {
  vi.stubEnv("CI", "");
  expect(() => requireProgram("no-such-program", skipped)).toThrow("skipped: no-such-program is not installed");
  expect(absentProgram("no-such-program")).toContain("not installed");
  vi.stubEnv("CI", "true");
  expect(() => requireProgram("no-such-program", skipped)).toThrow("CI must not skip");
  expect(() => absentProgram("no-such-program")).toThrow("CI must not skip");
});

it("gives ports that can be listened on", async () => {
  const ports = [...(await freePorts(3)), await freePort()];
  expect(new Set(ports.slice(0, 3)).size).toBe(3);
  const first = await freePortRange(3);
  for (const port of [...ports, first, first + 1, first + 2]) {
    await new Promise<void>((resolve, reject) => {
      const server = createServer().once("error", reject);
      server.listen(port, "127.0.0.1", () => server.close(() => resolve()));
    });
  }
});

it("removes temporary folders", async () => {
  let gone = "";
  {
    await using folder = await createTempFolder("agon-support");
    mkdirSync(join(folder.dir, "sub"));
    writeFileSync(join(folder.dir, "sub", "file"), "x");
    gone = folder.dir;
  }
  expect(() => writeFileSync(join(gone, "file"), "x")).toThrow("ENOENT");
  writeFileSync(join(tempDir(), "file"), "x");
});

it("runs under one seed", () => {
  expect(testSeed).toBe(Number(process.env.AGON_SEED));
});
