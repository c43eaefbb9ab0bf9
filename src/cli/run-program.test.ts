import { execFileSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { findProgram } from "../../test/support/requires.ts";
import { tempDir } from "../../test/support/temp.ts";
import { run } from "./testing/terminal.ts";

const refuse = () => Promise.reject(new TypeError("fetch failed"));
const reply = (status: number, body: unknown) => () => Promise.resolve(Response.json(body, { status }));
const error = (code: string, message: string) => ({ error: { code, message } });

describe("wrong usage is 2, with a sentence and a way to help", () => {
  test.each([
    [["frobnicate"], "unknown command 'frobnicate'"],
    [["stauts"], "Did you mean status?"],
    [["status", "--no-such"], "unknown option '--no-such'"],
    [["status", "extra"], "too many arguments"],
    [["block"], "missing required argument 'heightOrHash'"],
    [
      ["block", "x"],
      "agon: argument 'heightOrHash' cannot be 'x'. It must be a height, an id of 64 hex digits, or head.",
    ],
    [["tx", "12"], "It must be an id: 64 hex digits."],
    [["send", "dev-1", "1", "--fee", "x"], "agon: option '--fee <coins>' cannot be 'x'. It must be an amount"],
    [["send", "dev-1", "a lot", "--yes"], "It must be an amount in coins"],
    [["send", "dev-1", "1"], "give --yes"],
    [["send", "dev-1"], "the amount is missing"],
    [["send", "dev-1", "1", "--yes", "--fee", "1", "--fee-rate", "3"], "cannot be used with option '--fee-rate"],
    [["keys", "new", "dev-3"], "choose another name"],
    [["keys", "new", "tagon16hq6jle9weajrasuvawdss6psm49z9n8qwt96j"], "an address cannot be a name"],
    [["mine", "0"], "It must be a whole number from 1 to 1000."],
    [["status", "--api", "nowhere"], "It must be an address such as"],
    [["record"], "agon record needs a command: add, get, list"],
    [["record", "put"], "unknown command 'put'; agon record knows add, get, list"],
    [["pool", "bogus"], "unknown command 'bogus'; agon pool knows run, status, miners"],
    [["pool", "bogus", "--from", "dev-0"], "unknown command 'bogus'; agon pool knows run"],
    [["pool", "run", "bogus"], "too many arguments: 'bogus'"],
    [["record", "add"], "required option '--file <file>' not specified"],
    [["record", "add", "--file", "x", "--octets", "--canonical"], "exclude each other"],
    [["chain", "export", "--json"], "give --out"],
    [["completion", "powershell"], "Allowed choices are bash, zsh, fish"],
    [["devnet", "--nodes", "33"], "from 1 to 32"],
  ])("%j", async (argv, words) => {
    const text = await run(argv, { fetch: refuse });
    expect([text.code, text.out]).toEqual([2, ""]);
    expect(text.err).toContain(words);
    const json = await run([...argv, "--json"], { fetch: refuse });
    expect(json.code).toBe(2);
    expect(JSON.parse(json.err)).toEqual({ error: { code: "usage", message: expect.any(String) } });
  });
});

describe("failure is 1, in words and without a stack trace", () => {
  test.each([
    ["nobody listens", ["status"], refuse, "unreachable", "is a node running there? Give its address with --api"],
    ["no JSON", ["peers"], () => Promise.resolve(new Response("hi")), "not-an-api", "but not as a node does"],
    [
      "unknown block",
      ["block", "9"],
      reply(404, error("not-found", "there is no block 9 here")),
      "not-found",
      "no block 9",
    ],
    [
      "wrong token",
      ["mine"],
      reply(401, error("unauthorized", "the token is wrong")),
      "unauthorized",
      "or the token in AGON_TOKEN",
    ],
    [
      "no address",
      ["send", "tagon1wrong", "1"],
      refuse,
      "address-malformed",
      "'tagon1wrong' is neither an address nor",
    ],
    ["no address in a link", ["send", "agon:tagon1wrong?amount=1"], refuse, "address-malformed", "the payment link"],
    ["missing file", ["record", "add", "--file", "/nowhere/x"], refuse, "io-failed", "/nowhere/x does not exist"],
    ["a folder", ["record", "add", "--file", "/"], refuse, "io-failed", "a folder was given"],
    [
      "no data",
      ["chain", "validate", "--data", "/nowhere"],
      refuse,
      "data-missing",
      "/nowhere holds no data of a node",
    ],
    ["nothing to check", ["fsck", "--data", "/nowhere"], refuse, "data-missing", "/nowhere holds no data of a node"],
    ["a bad checkpoint of the chain", ["fsck", "--data", "/nowhere", "--spec", "/nowhere"], refuse, "spec-invalid", ""],
    ["unknown chain", ["fsck", "--spec", "moon"], refuse, "spec-invalid", "neither a built-in chain"],
  ] as const)("%s", async (_name, argv, fetch, code, words) => {
    const text = await run(argv, { fetch });
    expect([text.code, text.out]).toEqual([1, ""]);
    expect(text.err).toContain(words);
    expect(text.err).not.toMatch(/\n\s+at /);
    const json = await run([...argv, "--json"], { fetch });
    expect(JSON.parse(json.err)).toMatchObject({ error: { code, message: expect.any(String) } });
  });
});

test("--debug adds where it happened", async () => {
  const result = await run(["status", "--debug"], { fetch: refuse });
  expect(result.code).toBe(1);
  expect(result.err).toMatch(/\n\s+at /);
});

test("without a command and without a person: the help", async () => {
  const result = await run([]);
  expect(result).toMatchObject({ code: 0, err: "" });
  expect(result.out).toContain("Usage: agon");
  expect(await run(["--version"])).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
});

test("Ctrl-C is 130, whatever was under way", async () => {
  const controller = new AbortController();
  const fetch = (_url: string, init: RequestInit): Promise<Response> =>
    new Promise((_resolve, reject) => {
      init.signal?.addEventListener("abort", () => reject(init.signal?.reason));
      controller.abort("SIGINT");
    });
  expect(await run(["status"], { fetch, signal: controller.signal })).toMatchObject({ code: 130, out: "", err: "" });
});

describe("settings", () => {
  test("defaults < file < environment < flags, and each says where it is from", async () => {
    const data = tempDir();
    writeFileSync(join(data, "config.json"), JSON.stringify({ api: { port: 1, host: "::1" }, mining: { threads: 2 } }));
    const env = { AGON_API_PORT: "2", AGON_MINING_THREADS: "3" };
    const result = await run(["config", "--explain", "--json", "--data", data, "--mining-threads", "4"], { env });
    const { settings } = JSON.parse(result.out) as { settings: { key: string; value: unknown; source: string }[] };
    const found = new Map(settings.map(({ key, value, source }) => [key, [value, source]]));
    expect(found.get("api.host")).toEqual(["::1", "file"]);
    expect(found.get("api.port")).toEqual([2, "environment"]);
    expect(found.get("mining.threads")).toEqual([4, "flag"]);
    expect(found.get("p2p.port")).toEqual([8731, "default"]);
    expect((await run(["config", "--explain", "--data", data])).out).toContain("--api-port, AGON_API_PORT");
  });

  test("an unknown key is refused with its path", async () => {
    const data = tempDir();
    writeFileSync(join(data, "config.json"), '{"api": {"porrt": 1}}');
    expect(await run(["node", "--data", data])).toMatchObject({ code: 1, err: expect.stringContaining("'api.porrt'") });
    writeFileSync(join(data, "config.json"), "{");
    expect(await run(["node", "--data", data])).toMatchObject({ code: 1, err: expect.stringContaining("is not JSON") });
    expect(await run(["config"], { env: { AGON_API_PROT: "1" } })).toMatchObject({
      code: 1,
      err: expect.stringContaining("AGON_API_PROT"),
    });
  });
});

describe("completion", () => {
  test("bash completes commands, their commands and options", async () => {
    const { out } = await run(["completion", "bash"]);
    const file = join(tempDir(), "agon.bash");
    writeFileSync(file, out);
    const complete = (...words: string[]): string[] => {
      const line = words.map((word) => `'${word}'`).join(" ");
      const script = `source ${file}; COMP_WORDS=(agon ${line}); COMP_CWORD=${words.length}; _agon; printf '%s\\n' "\${COMPREPLY[@]}"`;
      return execFileSync("bash", ["-c", script], { encoding: "utf8" }).trim().split("\n");
    };
    expect(complete("rec")).toEqual(["record"]);
    expect(complete("record", "")).toEqual(["add", "get", "list", "--help"]);
    expect(complete("record", "add", "--fi")).toEqual(["--file", "--first-line"]);
    expect(complete("chain", "v")).toEqual(["validate"]);
  });

  test.each(["zsh", "fish"])("%s can read its script", async (shell) => {
    const { code, out } = await run(["completion", shell]);
    expect(code).toBe(0);
    expect(out).toContain("first-line");
    const program = findProgram(shell);
    const file = join(tempDir(), "script");
    writeFileSync(file, out);
    expect(existsSync(file)).toBe(true);
    if (program !== null) execFileSync(program, ["-n", file]);
  });
});
