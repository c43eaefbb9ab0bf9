/** Every option and argument of every command, with a value that cannot be meant: wrong usage, before anything else happens. */
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { expect, test } from "vitest";
import { createProgram } from "./program.ts";
import { createTestTerminal, run } from "./testing/terminal.ts";

/** Texts of which any may be meant: files, folders, and names that only a node or a keystore knows. */
const FREE = new Set([
  ...["--node", "--from", "--to", "--address", "--worker", "--password", "--database", "--host", "--api-host"],
  ...["--api-name", "--spec", "--data", "--node-data", "--keystore", "--key", "--out", "--file", "--receipts"],
  ...["--config", "--passphrase-file", "--key-passphrase-file", "--seed-file", "--words-file", "--tls-cert"],
  ...["--tls-key", "--log-level", "--api-allowed-hosts", "--validator-passphrase-file", "--validator-key"],
]);
const FREE_ARGUMENTS = new Set(["account", "to", "owner", "file", "name"]);
const WRONG = "~ no such value";
const MORE_WRONG: Readonly<Record<string, readonly string[]>> = {
  "--p2p-port": ["abc", "-1", "65536", "1.5", "1e3", ""],
  "--mining-enabled": ["yes", "1"],
  "--p2p-bootstrap": ["peer", "/ip4/1.2.3.4", "/ip4/1.2.3.4/tcp/1,x"],
  "--validator-key": ["dev:32", "dev:x"],
  "--log-level": ["loud"],
  "--checkpoint": ["450", "450:abc"],
  "--fee": ["-1", "1e3", "0.000000001"],
  "--api": ["nowhere", "ftp://example.org"],
};

interface Case {
  readonly argv: readonly string[];
  /** What the words must name. */
  readonly named: string;
}

interface Found {
  readonly cases: readonly Case[];
  /** What takes any text but is not known to. */
  readonly unread: readonly string[];
}

async function findCases(): Promise<Found> {
  const cases: Case[] = [];
  const unread: string[] = [];
  const seen = new Set<string>();
  const walk = (command: CommandUnknownOpts, path: readonly string[]): void => {
    for (const option of command.options) {
      const flag = option.long!;
      if (!option.required && !option.optional) continue;
      const isRead = option.parseArg !== undefined || option.argChoices !== undefined;
      if (!isRead && !FREE.has(flag)) unread.push([...path, flag].join(" "));
      const wrong = [...(FREE.has(flag) ? [] : [WRONG]), ...(MORE_WRONG[flag] ?? [])];
      // Many commands share an option; one of them is enough.
      const isNew = !seen.has(`${flag} ${option.description}`);
      seen.add(`${flag} ${option.description}`);
      // A setting of a node and a flag of the pool may have one name; only the first is read.
      if (isRead && isNew) for (const value of wrong) cases.push({ argv: [...path, `${flag}=${value}`], named: flag });
    }
    for (const [at, argument] of command.registeredArguments.entries()) {
      const isRead = argument.parseArg !== undefined || argument.argChoices !== undefined;
      if (!isRead && !FREE_ARGUMENTS.has(argument.name())) unread.push([...path, `<${argument.name()}>`].join(" "));
      const before = Array.from({ length: at }, () => "dev-1");
      if (isRead) cases.push({ argv: [...path, ...before, WRONG], named: `'${argument.name()}'` });
    }
    for (const child of command.commands) walk(child, [...path, child.name()]);
  };
  walk(await createProgram(createTestTerminal()), []);
  return { cases, unread };
}

test("is 2, in words that name it, and as JSON when that is asked for", async () => {
  const { cases, unread } = await findCases();
  expect(unread).toEqual([]);
  expect(cases.length).toBeGreaterThan(100);
  const wrong: unknown[] = [];
  for (const { argv, named } of cases) {
    const { code, out, err } = await run([...argv, "--json"], { fetch: () => Promise.reject(new Error("asked")) });
    const isSaid = /^\{"error":\{"code":"usage","message":".+"\}\}\n$/.test(err) && err.includes(named);
    if (code !== 2 || out !== "" || !isSaid) wrong.push({ argv, code, out, err });
  }
  expect(wrong).toEqual([]);
  const text = await run(["node", "--p2p-port", "abc"]);
  expect(text).toMatchObject({ code: 2, out: "" });
  expect(text.err).toBe("agon: --p2p-port must be a whole number, not 'abc'\nAdd --help to see how it is used.\n");
});
