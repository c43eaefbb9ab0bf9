import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { tempDir } from "../../../test/support/temp.ts";
import { createTestTerminal } from "../testing/terminal.ts";
import { findPoolApi } from "./pool-api.ts";

test("the API of a pool on this machine is where its folder says, of others at the usual port", async () => {
  const folder = tempDir();
  writeFileSync(join(folder, "pool.json"), JSON.stringify({ chain: "33", address: "tagon1x" }));
  writeFileSync(join(folder, "api-url"), "http://127.0.0.1:4444\n");
  const stratum = ["stratum+tcp://127.0.0.1:4443", "stratum+tls://127.0.0.1:4445"];
  const fetch = async () => Response.json({ address: "tagon1x", chain: { id: "33" }, stratum });
  const find = (host: string, port: number, isTls = false) =>
    findPoolApi(createTestTerminal({ fetch }), { host, port, isTls }, [folder]);
  expect(await find("127.0.0.1", 4_443)).toBe("http://127.0.0.1:4444");
  expect(await find("localhost", 4_445, true)).toBe("http://127.0.0.1:4444");
  // Another pool on this machine, and one on another.
  expect(await find("localhost", 4_445)).toBe("http://localhost:3334");
  expect(await find("::1", 3_333)).toBe("http://[::1]:3334");
  expect(await find("pool.example", 4_443)).toBe("http://pool.example:3334");
});
