import { createServer } from "node:net";
import { expect, it } from "vitest";
import { freePortRange } from "../../test/support/ports.ts";
import { findPortPair } from "./ports.ts";

it("passes over pairs of which one port is taken, or spoken for", async () => {
  const first = await freePortRange(6);
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(first + 1, "127.0.0.1", resolve));
  try {
    const isOurs = (port: number): boolean => port === first + 2;
    expect(await findPortPair(first, isOurs)).toEqual({ api: first + 4, p2p: first + 5 });
    await expect(findPortPair(65_535, () => false)).rejects.toMatchObject({ code: "port-taken" });
  } finally {
    server.close();
  }
});
