import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createProgram } from "#cli";
import { freePortRange } from "../support/ports.ts";
import { createTempFolder, type TempFolder } from "../support/temp.ts";
import { agon, type Ended, type RunningAgon, startAgon } from "./agon-process.ts";
import { agonHere, createTerminal } from "./memory-terminal.ts";
import { poolCases } from "./pool-cases.ts";
import { stakeCases } from "./stake-cases.ts";

let temp: TempFolder;
let node: RunningAgon;
let api = "";
let data = "";
/** What earlier cases made, for later ones. */
const made = { transfer: "", record: "" };
const ID = "ab".repeat(32);
const RECORD = '{"b": 1,  "a": "ü"}';

beforeAll(async () => {
  temp = await createTempFolder("agon-cli");
  data = join(temp.dir, "node");
  node = await startAgon(["node", "--data", data, "--api-port", "0", "--p2p-port", "0", "--log-level", "error"]);
  api = String(node.said.api);
});

afterAll(async () => {
  await node?.stop("SIGKILL");
  await temp?.[Symbol.asyncDispose]();
});

interface Case {
  readonly argv: () => readonly string[];
  readonly env?: () => Readonly<Record<string, string>>;
  readonly input?: string;
  /** Default 0. */
  readonly code?: number;
  /** In a process of its own, as the first of each command that succeeds is in any case; others run in this one. */
  readonly isProcess?: boolean;
  readonly check: (ended: Ended) => void | Promise<void>;
}

const document = <T = Record<string, unknown>>({ out }: Ended): T => JSON.parse(out.toString()) as T;
const errorOf = ({ err }: Ended) => (JSON.parse(err) as { error: { code: string; message: string } }).error;
const atNode = (...argv: string[]) => [...argv, "--api", api, "--json"];
const lines = ({ out }: Ended) => out.toString().trim().split("\n");

/** Every command of the program, in an order in which each finds what it needs. */
const cases: Readonly<Record<string, readonly Case[]>> = {
  status: [
    {
      argv: () => atNode("status"),
      check: (ended) =>
        expect(document(ended)).toMatchObject({
          chain: { name: "dev", engine: "pow" },
          head: { height: 0 },
          syncing: false,
        }),
    },
    {
      argv: () => ["status"],
      env: () => ({ AGON_API: "http://127.0.0.1:1" }),
      code: 1,
      check: ({ err, out }) =>
        expect([err, out.length]).toEqual([expect.stringContaining("http://127.0.0.1:1 cannot be reached"), 0]),
    },
  ],
  mine: [
    {
      argv: () => atNode("mine", "2", "--data", data, "--to", "dev-7"),
      check: (ended) =>
        expect(document<{ blocks: { height: number }[] }>(ended).blocks.map(({ height }) => height)).toEqual([1, 2]),
    },
    {
      argv: () => atNode("mine", "1", "--solo", "--data", data, "--to", "dev-7", "--threads", "1"),
      isProcess: true,
      check(ended) {
        const events = lines(ended).map((line) => JSON.parse(line) as Record<string, unknown>);
        expect(events.filter(({ event }) => event === "block")).toEqual([
          expect.objectContaining({ result: "imported", height: 3, reward: "5000000000" }),
        ]);
        expect(events.at(-1)).toMatchObject({ event: "summary", blocks: 1, stale: 0 });
      },
    },
    {
      argv: () => atNode("mine", "--solo", "--data", data),
      code: 2,
      check: (ended) => expect(errorOf(ended).message).toContain("--to or --address"),
    },
    {
      argv: () => ["mine", "--pool", "stratum+tcp://127.0.0.1:1", "--address", "me", "--for", "1", "--json"],
      code: 1,
      check: (ended) => {
        expect(errorOf(ended)).toEqual({
          code: "no-work",
          message: expect.stringContaining("nothing was mined at stratum+tcp://127.0.0.1:1: "),
        });
        const events = lines(ended).map((line) => JSON.parse(line) as Record<string, unknown>);
        expect(events[0]).toMatchObject({ event: "pool", kind: "connecting" });
        expect(events.at(-1)).toMatchObject({ event: "summary", hashes: 0, accepted: 0 });
      },
    },
    {
      argv: () => atNode("mine", "1"),
      env: () => ({ AGON_TOKEN: "wrong-wrong-wrong-wrong" }),
      code: 1,
      check: (ended) =>
        expect(errorOf(ended)).toMatchObject({ code: "unauthorized", message: expect.stringContaining("AGON_TOKEN") }),
    },
  ],
  send: [
    {
      argv: () => atNode("send", "dev-1", "12.5", "--yes"),
      check(ended) {
        const sent = document<{ id: string }>(ended);
        expect(sent).toMatchObject({ amount: "1250000000", fee: "1460", status: "pending", nonce: 0 });
        made.transfer = sent.id;
      },
    },
    {
      argv: () => atNode("send", "dev-1", "99999999", "--yes"),
      code: 1,
      check: (ended) =>
        expect(errorOf(ended)).toMatchObject({ code: "tx-overspend", message: expect.stringContaining("can spend") }),
    },
    {
      argv: () => atNode("send", "tagon1464xthqhkx4nfas0cl3vc9tsycemullds0kg3b", "1", "--yes"),
      code: 1,
      check: (ended) => expect(errorOf(ended).code).toBe("address-malformed"),
    },
    {
      argv: () => atNode("send", "agon1eqhk7lz0u50fqz9k7gkjxl0r82fsee6558srsc", "1", "--yes"),
      code: 1,
      check: (ended) => expect(errorOf(ended).code).toBe("address-wrong-network"),
    },
    {
      argv: () => atNode("send", "dev-1", "1e3", "--yes"),
      code: 2,
      check: (ended) => expect(errorOf(ended).code).toBe("usage"),
    },
  ],
  "record add": [
    {
      argv: () => atNode("record", "add", "--file", "-", "--no-wait"),
      input: `${RECORD}\n\n[1]`,
      check(ended) {
        const records = lines(ended).map((line) => JSON.parse(line) as { line: number; id: string });
        expect(records).toMatchObject([
          { line: 1, bytes: 20, block: null },
          { line: 3, bytes: 3 },
        ]);
        expect(ended.err).toContain("1 empty line skipped: 2");
        made.record = records[0]!.id;
      },
    },
    {
      argv: () => atNode("record", "add", "--file", join(temp.dir, "none.jsonl")),
      code: 1,
      check: (ended) => expect(errorOf(ended).message).toContain("none.jsonl does not exist"),
    },
    {
      argv: () => atNode("record", "add", "--file", "-"),
      input: "{}\n{",
      code: 1,
      check: (ended) =>
        expect(errorOf(ended)).toMatchObject({
          code: "record-lines",
          message: expect.stringContaining("line 2 is not JSON"),
        }),
    },
  ],
  "record list": [
    {
      argv: () => atNode("record", "list"),
      check: (ended) => expect(document(ended)).toMatchObject({ items: expect.any(Array), nextFrom: null }),
    },
    {
      argv: () => atNode("record", "list", "--from", "tail"),
      code: 2,
      check: (ended) => expect(errorOf(ended).code).toBe("usage"),
    },
  ],
  "record get": [
    {
      argv: () => ["record", "get", made.record, "--api", api],
      check: ({ out }) => expect(out).toEqual(Buffer.from(RECORD)),
    },
    {
      argv: () => ["record", "get", made.record, "--api", api, "--out", join(temp.dir, "record.json")],
      check: () => expect(readFileSync(join(temp.dir, "record.json"), "utf8")).toBe(RECORD),
    },
    {
      argv: () => atNode("record", "get", ID),
      code: 1,
      check: (ended) => expect(errorOf(ended).code).toBe("not-found"),
    },
  ],
  tx: [
    {
      argv: () => atNode("tx", made.transfer),
      check: (ended) =>
        expect(document(ended)).toMatchObject({ id: made.transfer, kind: "transfer", status: "pending" }),
    },
  ],
  account: [
    {
      argv: () => atNode("account", "dev-1", "--history"),
      check: (ended) =>
        expect(document(ended)).toMatchObject({ exists: true, balance: "100000000000000", transactions: [] }),
    },
    {
      argv: () => atNode("account", "nobody"),
      code: 1,
      check: (ended) => expect(errorOf(ended).message).toContain("neither an address of this chain"),
    },
  ],
  block: [
    {
      argv: () => atNode("block", "head"),
      check: (ended) => expect(document(ended)).toMatchObject({ height: 3, canonical: true }),
    },
    { argv: () => atNode("block", "77"), code: 1, check: (ended) => expect(errorOf(ended).code).toBe("not-found") },
  ],
  peers: [
    {
      argv: () => atNode("peers"),
      check: (ended) => expect(document(ended)).toMatchObject({ peerId: node.said.peerId, peers: [] }),
    },
  ],
  "chain show": [
    {
      argv: () => atNode("chain", "show", "--limit", "2"),
      check: (ended) => expect(document(ended)).toMatchObject({ items: [{ height: 3 }, { height: 2 }], nextFrom: 1 }),
    },
    {
      argv: () => atNode("chain", "show", "--spec"),
      check: (ended) => expect(document(ended)).toMatchObject({ name: "dev", version: 1 }),
    },
  ],
  "chain validate": [
    {
      argv: () => ["chain", "validate", "--data", data, "--json"],
      check: (ended) =>
        expect(document(ended)).toMatchObject({ valid: true, head: { height: 3 }, checkedBlocks: 3, problems: [] }),
    },
  ],
  "chain export": [
    {
      argv: () => ["chain", "export", "--data", data, "--out", join(temp.dir, "chain.jsonl"), "--json"],
      check: (ended) => expect(document(ended)).toMatchObject({ height: 3, transactions: 0 }),
    },
    {
      argv: () => ["chain", "export", "--data", data],
      check: (ended) => expect(ended.out.toString()).toBe(readFileSync(join(temp.dir, "chain.jsonl"), "utf8")),
    },
  ],
  "chain import": [
    {
      argv: () => ["chain", "import", join(temp.dir, "chain.jsonl"), "--data", join(temp.dir, "copy"), "--json"],
      check: (ended) => expect(document(ended)).toMatchObject({ height: 3 }),
    },
    {
      argv: () => ["chain", "import", join(temp.dir, "chain.jsonl"), "--data", data, "--json"],
      code: 1,
      check: (ended) =>
        expect(errorOf(ended)).toMatchObject({ code: "data-locked", message: expect.stringContaining("in use") }),
    },
  ],
  "chain accept": [
    {
      argv: () => atNode("chain", "accept", ID, "--data", data),
      code: 1,
      check: (ended) => expect(errorOf(ended).code).toBe("branch-unknown"),
    },
  ],
  fsck: [
    {
      argv: () => ["fsck", "--data", join(temp.dir, "copy"), "--json"],
      check: (ended) => expect(document(ended)).toMatchObject({ ok: true, height: 3 }),
    },
    {
      argv: () => ["fsck", "--data", data, "--json"],
      code: 1,
      check: (ended) => expect(errorOf(ended).code).toBe("data-locked"),
    },
  ],
  config: [
    {
      argv: () => ["config", "--explain", "--json", "--api-port", "9000"],
      check: (ended) =>
        expect(document<{ settings: object[] }>(ended).settings).toContainEqual(
          expect.objectContaining({ key: "api.port", value: 9000, source: "flag" }),
        ),
    },
  ],
  init: [
    {
      argv: () => ["init", "--data", join(temp.dir, "fresh"), "--spec", "test", "--json"],
      env: () => ({ AGON_PASSPHRASE: "correct horse" }),
      check: (ended) =>
        expect(document(ended)).toMatchObject({ chain: "test", address: expect.stringMatching(/^tagon1/) }),
    },
  ],
  "keys new": [
    {
      argv: () => ["keys", "new", "savings", "--data", join(temp.dir, "fresh"), "--json"],
      env: () => ({ AGON_PASSPHRASE: "correct horse" }),
      check: (ended) => expect(document(ended)).toMatchObject({ name: "savings", kind: "derived" }),
    },
    {
      argv: () => ["keys", "new", "more", "--data", join(temp.dir, "fresh"), "--json"],
      env: () => ({ AGON_PASSPHRASE: "wrong horse" }),
      code: 1,
      check: (ended) => expect(errorOf(ended).code).toBe("passphrase-wrong"),
    },
  ],
  "keys list": [
    {
      argv: () => ["keys", "list", "--data", join(temp.dir, "fresh"), "--json"],
      check: (ended) => expect(document(ended)).toMatchObject({ accounts: [{ name: "main" }, { name: "savings" }] }),
    },
  ],
  "keys show": [
    {
      argv: () => ["keys", "show", "savings", "--data", join(temp.dir, "fresh"), "--json"],
      check: (ended) => expect(document(ended)).toMatchObject({ name: "savings" }),
    },
    {
      argv: () => ["keys", "show", "--data", join(temp.dir, "none"), "--json"],
      code: 1,
      check: (ended) => expect(errorOf(ended).code).toBe("keystore-missing"),
    },
  ],
  completion: [
    { argv: () => ["completion", "fish"], check: ({ out }) => expect(out.toString()).toContain("complete -c agon") },
    {
      argv: () => ["completion", "tcsh", "--json"],
      code: 2,
      check: (ended) => expect(errorOf(ended).code).toBe("usage"),
    },
  ],
  node: [
    {
      argv: () => ["node", "--data", data, "--json"],
      code: 1,
      check: (ended) =>
        expect(errorOf(ended)).toMatchObject({ code: "data-locked", message: expect.stringContaining("--data") }),
    },
    {
      argv: () => [
        "node",
        "--data",
        join(temp.dir, "other"),
        "--api-port",
        new URL(api).port,
        "--p2p-port",
        "0",
        "--log-level",
        "silent",
        "--json",
      ],
      code: 1,
      isProcess: true,
      check: (ended) => expect(errorOf(ended).code).toBe("port-taken"),
    },
  ],
  ...poolCases,
  devnet: [
    {
      argv: () => [
        "devnet",
        "--nodes",
        "1",
        "--for",
        "1",
        "--hash-rate",
        "40000",
        "--data",
        join(temp.dir, "devnet"),
        "--port",
        "0",
        "--node-ports",
        String(devnetPorts),
        "--no-pages",
        "--json",
      ],
      check(ended) {
        const [first, last] = lines(ended).map((line) => JSON.parse(line) as Record<string, unknown>);
        expect(first).toMatchObject({
          url: expect.stringMatching(/^http:/),
          nodes: [{ name: "node-1", pid: expect.any(Number) }],
        });
        expect(last).toMatchObject({ equal: true });
      },
    },
    {
      argv: () => ["devnet", "--data", temp.dir, "--json"],
      code: 1,
      check: (ended) =>
        expect(errorOf(ended)).toMatchObject({
          code: "devnet-foreign",
          message: expect.stringContaining("no folder of a devnet"),
        }),
    },
  ],
};

let devnetPorts = 0;
beforeAll(async () => {
  devnetPorts = await freePortRange(2);
});

interface Leaf {
  readonly path: string;
  readonly options: readonly (string | undefined)[];
}

type Tree = Awaited<ReturnType<typeof createProgram>>;

function* leavesOf(command: Tree, path: readonly string[]): IterableIterator<Leaf> {
  if (command.commands.length === 0) yield { path: path.join(" "), options: command.options.map(({ long }) => long) };
  for (const child of command.commands) yield* leavesOf(child, [...path, child.name()]);
}

const leaves = [...leavesOf(await createProgram(createTerminal()), [])];

describe("every command", () => {
  test("has a case below, and no case is of a command that is gone", () => {
    // Those about validators are run where there are some: pos-devnet.test.ts.
    const all = [...Object.keys(cases), ...Object.keys(stakeCases)];
    expect(leaves.map(({ path }) => path).sort()).toEqual(all.sort());
  });

  test.each(leaves)("$path has help with examples, --json and --debug", async ({ path, options }) => {
    expect(options).toEqual(expect.arrayContaining(["--json", "--debug"]));
    const { code, out } = await agonHere([...path.split(" "), "--help"]);
    const help = out.toString();
    expect(code).toBe(0);
    expect(help).toMatch(new RegExp(`^Usage: agon ${path} `));
    expect(help).toContain(`\nExamples:\n  $ `);
    expect(help).toContain(`agon ${path}`);
  });
});

describe("the program", () => {
  for (const [path, list] of Object.entries(cases)) {
    test(path, async () => {
      const inProcess = list.find(({ code = 0 }) => code === 0);
      for (const one of list) {
        const { argv, env = () => ({}), input = "", code = 0, isProcess = one === inProcess, check } = one;
        const ended = await (isProcess ? agon : agonHere)(argv(), { env: env(), input });
        expect({ argv: argv(), code: ended.code, ...(ended.code === code ? {} : { err: ended.err }) }).toEqual({
          argv: argv(),
          code,
        });
        expect(ended.err).not.toMatch(/\n\s+at /);
        await check(ended);
      }
    });
  }

  test("waits for blocks when asked to, and says where things landed", async () => {
    const file = join(temp.dir, "more.jsonl");
    writeFileSync(file, '"one"\n"two"\n');
    const added = agonHere(["record", "add", "--file", file, "--from", "dev-2", "--api", api]);
    const sent = agonHere(atNode("send", "dev-4", "1", "--from", "dev-3", "--yes", "--wait"));
    let isDone = false;
    const both = Promise.all([added, sent]).finally(() => {
      isDone = true;
    });
    while (!isDone) expect((await agonHere(atNode("mine", "1", "--data", data))).code).toBe(0);
    const [records, payment] = await both;
    expect(records).toMatchObject({ code: 0, err: expect.stringContaining("2 of 2 records in ") });
    expect(lines(records)).toEqual([
      expect.stringMatching(/^line 1 {2}[0-9a-f]{64} {2}block \d+$/),
      expect.stringMatching(/^line 2 {2}[0-9a-f]{64} {2}block \d+$/),
    ]);
    expect(document(payment)).toMatchObject({ status: "included", block: { confirmations: expect.any(Number) } });
  });

  test("an account of the keystore receives and signs", async () => {
    const keystore = join(temp.dir, "fresh", "keystore.json");
    const mine = () => agonHere(atNode("mine", "1", "--data", data));
    const name = ["--keystore", keystore];
    expect(document(await agonHere(atNode("send", "main", "5", "--yes", ...name)))).toMatchObject({ burn: "10000" });
    await mine();
    const funded = await agonHere(atNode("account", "main", ...name));
    expect(document(funded)).toMatchObject({ balance: "500000000", nonce: 0 });
    const link = `agon:${String(document(funded).address)}?amount=0.5`;
    const env = { AGON_PASSPHRASE: "correct horse" };
    const paid = await agonHere(atNode("send", link, "--from", "main", "--fee", "0.001", "--yes", ...name), { env });
    expect(document(paid)).toMatchObject({ amount: "50000000", fee: "100000", to: document(funded).address });
    await mine();
    expect(document(await agonHere(atNode("account", "main", ...name)))).toMatchObject({
      balance: "499900000",
      nonce: 1,
    });
    const unsigned = await agonHere(atNode("send", "dev-1", "1", "--from", "main", "--yes", ...name));
    expect([unsigned.code, errorOf(unsigned).code]).toEqual([2, "usage"]);
  });

  test("without a command and without a terminal it prints its help", async () => {
    const { code, out, err } = await agon([]);
    expect([code, err]).toEqual([0, ""]);
    expect(out.toString()).toContain("Usage: agon");
  });

  test("Ctrl-C ends a wait with 130, and a node in order", async () => {
    const waiting = await startAgon(["node", "--data", join(temp.dir, "second"), "--api-port", "0", "--p2p-port", "0"]);
    expect(await waiting.stop("SIGINT")).toBe(130);
    expect(await node.stop("SIGTERM")).toBe(0);
    const checked = await agon(["fsck", "--data", data, "--json"]);
    expect([checked.code, document(checked)]).toMatchObject([0, { ok: true }]);
  });
});
