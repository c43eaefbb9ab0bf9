/** The interactive menu against a real node: answers come from a list, everything else is real. */
import { join } from "node:path";
import { PassThrough, Writable } from "node:stream";
import { afterAll, beforeAll, expect, test } from "vitest";
import { systemRandom } from "#base";
import { runProgram, type Terminal } from "#cli";
import { createTempFolder, type TempFolder } from "../support/temp.ts";
import { type RunningAgon, startAgon } from "./agon-process.ts";

let temp: TempFolder;
let node: RunningAgon;
let data = "";

beforeAll(async () => {
  temp = await createTempFolder("agon-menu");
  data = join(temp.dir, "node");
  // Blocks come by themselves, so that what is sent lands.
  const mining = ["--mining-enabled", "--mining-hash-rate", "20000"];
  node = await startAgon([
    "node",
    "--data",
    data,
    "--api-port",
    "0",
    "--p2p-port",
    "0",
    "--log-level",
    "error",
    ...mining,
  ]);
});

afterAll(async () => {
  await node?.stop("SIGTERM");
  await temp?.[Symbol.asyncDispose]();
});

interface Session {
  readonly code: number;
  readonly text: string;
  readonly unused: readonly unknown[];
}

/** @param answers in the order of the questions; a name chooses what begins with it */
async function runMenu(answers: readonly unknown[], env: Readonly<Record<string, string>> = {}): Promise<Session> {
  const rest = [...answers];
  let text = "";
  const screen = new Writable({
    write(piece: Buffer, _encoding, done) {
      text += piece.toString();
      done();
    },
  });
  const next = <T>(): Promise<T> =>
    rest.length === 0
      ? Promise.reject(Object.assign(new Error("Ctrl-C"), { name: "ExitPromptError" }))
      : Promise.resolve(rest.shift() as T);
  const terminal: Terminal = {
    ...{ stdin: new PassThrough(), stdout: screen, stderr: screen, isInteractive: true, canDraw: false },
    ...{ fetch, random: systemRandom(), signal: new AbortController().signal },
    env: { AGON_API: String(node.said.api), ...env },
    prompts: {
      async input({ validate }) {
        const answer = await next<string>();
        expect(validate?.(answer) ?? true).toBe(true);
        return answer;
      },
      password: () => next(),
      confirm: () => next(),
      async select(_message, choices) {
        const wanted = await next<string>();
        const found = choices.find(({ name }) => name.startsWith(wanted));
        if (found === undefined)
          throw new Error(`${wanted} is not among ${choices.map(({ name }) => name).join(", ")}`);
        return found.value;
      },
    },
  };
  const code = await runProgram([], terminal);
  return { code, text, unused: rest };
}

test("shows address and balance, peers and chain; sends, mines, changes the account, quits", async () => {
  const token = { AGON_TOKEN: "" };
  const { code, text, unused } = await runMenu(
    [
      ...["Refresh", "Show peers", "Show chain"],
      ...["New transaction", "dev-1", "2.5", true],
      ...["New transaction", "An address", "tagon1sw6a58h5pdd8qm6ukgr0e9f6uj0huzf8fzjhcl", "1", false],
      ...["New transaction", "dev-1", "99999999"],
      ...["Use another account", "dev-1", "Mine a block", "Quit"],
    ],
    token,
  );
  expect([code, unused]).toEqual([0, []]);
  expect(text).toContain("tagon1464xthqhkx4nfas0cl3vc9tsycemullds0kg3a (dev-0)\nbalance  1000000 coins");
  expect(text).toContain("No peers are connected.");
  expect(text).toContain("proposer");
  expect(text).toMatch(/amount +2\.5 coins\nfee +0\.0000146 coins\nin all +2\.5000146 coins/);
  expect(text).toMatch(/It is in block \d+\./);
  expect(text).toContain("balance  999997.4999854 coins");
  expect(text).toContain("can spend 999997.4999854 coins, and 99999999.0000146 are needed");
  expect(text).toContain("(dev-1)\nbalance  1000002.5 coins");
  // The token is not where the menu looks for it, and that ends nothing.
  expect(text).toContain("the token in AGON_TOKEN");
});

test("Ctrl-C leaves with 130; a node that cannot be reached is said at once", async () => {
  expect((await runMenu(["Refresh"])).code).toBe(130);
  const lost = await runMenu(["Quit"], { AGON_API: "http://127.0.0.1:1" });
  expect(lost).toMatchObject({ code: 1, text: expect.stringContaining("is a node running there?"), unused: ["Quit"] });
});
