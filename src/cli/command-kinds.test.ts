import { expect, test } from "vitest";
import { newOrderCommand } from "./command-kinds.ts";

test("the help names a command's own options first, then those of its kind", () => {
  const help = newOrderCommand("give").option("--zeal", "its own").helpInformation();
  const flags = [...help.matchAll(/^ {2}(?:-., )?(--[a-z-]+)/gm)].map(([, flag]) => flag);
  expect(flags).toEqual([
    ...["--zeal", "--from", "--high-fee", "--wait", "--yes", "--timeout", "--api", "--node", "--data", "--keystore"],
    ...["--passphrase-file", "--json", "--debug", "--help"],
  ]);
});
