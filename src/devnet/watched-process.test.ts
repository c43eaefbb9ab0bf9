import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { freePort } from "../../test/support/ports.ts";
import { tempDir } from "../../test/support/temp.ts";
import { WatchedProcess } from "./watched-process.ts";

const later = { timeout: 30_000, interval: 10 };

it("waits, and says so, while somebody else uses its port", async () => {
  const folder = tempDir();
  const program = join(folder, "program.mjs");
  writeFileSync(program, 'process.on("disconnect", () => process.exit()); process.send("ready");');
  const port = await freePort();
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(port, "127.0.0.1", resolve));
  const watched = new WatchedProcess({
    ...{ name: "node-1", folder, logName: "log", program, kind: "node", nodeOptions: [], keepsPid: false },
    ports: () => [port],
  });
  onTestFinished(() => watched.kill());
  const said: unknown[] = [];
  const started = watched.start(
    () => [],
    (word) => said.push(word),
  );
  await expect.poll(() => watched.note, later).toBe(`waits for port ${port}, which another program uses`);
  expect([watched.state, watched.pid]).toEqual(["starting", null]);
  other.close();
  await started;
  expect([watched.state, watched.note, said]).toEqual(["running", null, ["ready"]]);
});
