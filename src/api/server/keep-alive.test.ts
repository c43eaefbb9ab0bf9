import { join } from "node:path";
import { Value } from "typebox/value";
import { expect, onTestFinished, test } from "vitest";
import { silentLogger, systemClock, systemRandom } from "#base";
import { tempDir } from "../../../test/support/temp.ts";
import { createHttpServer } from "./http-server.ts";
import { HttpOptions } from "./options.ts";

test("a connection without a request is closed by the client, which is told when, and not by us at the same moment", async () => {
  const dir = tempDir();
  const server = await createHttpServer(
    {
      ...{ ...(Value.Default(HttpOptions, {}) as HttpOptions), port: 0, isPortFixed: true, pagesFolder: null },
      ...{ tokenFile: join(dir, "api-token"), about: { title: "Test", version: "1", description: "for tests" } },
    },
    { log: silentLogger, clock: systemClock(), random: systemRandom() },
  );
  onTestFinished(() => server.stop());
  const { url } = await server.start();
  const answer = await fetch(url);
  await answer.text();
  expect(answer.headers.get("keep-alive")).toBe("timeout=15");
  const { keepAliveTimeout, keepAliveTimeoutBuffer } = server.app.server;
  expect([keepAliveTimeout, keepAliveTimeoutBuffer]).toEqual([15_000, 60_000]);
});
