import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { tempDir } from "../../../test/support/temp.ts";
import { run } from "../testing/terminal.ts";

const WORDS = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about";
const ADDRESS = "agon1eqhk7lz0u50fqz9k7gkjxl0r82fsee6558srsc";
const env = { AGON_PASSPHRASE: "correct horse" };
let data = "";

beforeEach(() => {
  data = join(tempDir(), "node");
});

test("a keystore is made, told of, and never shows its secrets by itself", async () => {
  const made = await run(["keys", "new", "--data", data, "--json"], { env });
  expect(made).toMatchObject({ code: 0, err: "" });
  const first: { words: string; address: string } = JSON.parse(made.out);
  expect(first.words.split(" ").length).toBe(24);
  const file = join(data, "keystore.json");
  expect(statSync(file).mode & 0o077).toBe(0);
  expect(readFileSync(file, "utf8")).not.toContain(first.words.split(" ", 3).join(" "));

  const second = await run(["keys", "new", "savings", "--data", data], { env });
  expect(second).toMatchObject({ code: 0, err: "" });
  expect(second.out).toContain("savings");
  const listed = await run(["keys", "list", "--data", data]);
  expect(listed.out.split("\n").map((line) => line.split(/ +/)[0])).toEqual(["name", "main", "savings", ""]);
  expect(listed.out).toContain(first.address);

  const shown = await run(["keys", "show", "--data", data, "--json"]);
  expect(JSON.parse(shown.out)).toMatchObject({ name: "main", kind: "derived", address: first.address });
  expect(shown.out).not.toMatch(/words|privateKey/);
  const secret = await run(["keys", "show", "main", "--secret", "--data", data, "--json"], { env });
  expect(JSON.parse(secret.out)).toMatchObject({
    words: first.words,
    privateKey: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
});

test("known words give known addresses, from a passphrase that is typed", async () => {
  const words = join(tempDir(), "words.txt");
  writeFileSync(words, `${WORDS}\n`);
  const restored = await run(["keys", "new", "--words-file", words, "--data", data], {
    answers: ["a passphrase", "a passphrase"],
  });
  expect(restored).toMatchObject({
    code: 0,
    err: "",
    asked: ["New passphrase, at least 8 characters", "The same again"],
  });
  expect(restored.out).toContain(ADDRESS);
  expect((await run(["keys", "show", "--secret", "--data", data], { answers: ["a passphrase"] })).out).toContain(WORDS);
});

test("what is wrong is said in words, and leaves no file", async () => {
  const cases: readonly [readonly string[], Parameters<typeof run>[1], number, string][] = [
    [["keys", "list", "--data", data], {}, 1, "make one with 'agon keys new'"],
    [["keys", "new", "--data", data], {}, 2, "give it in AGON_PASSPHRASE or with --passphrase-file"],
    [["keys", "new", "--data", data], { env: { AGON_PASSPHRASE: "short" } }, 1, "at least 8 characters"],
    [["keys", "new", "--data", data], { answers: ["one passphrase", "another one"] }, 1, "the two passphrases differ"],
    [["keys", "new", "--data", data], { answers: [] }, 130, ""],
    [["keys", "new", "--data", data, "--words-file", join(data, "none")], { env }, 1, "does not exist"],
    [["keys", "new", "--data", data, "--passphrase-file", data], { env }, 1, "does not exist"],
  ];
  for (const [argv, options, code, words] of cases) {
    const result = await run(argv, options);
    expect([argv, result.code, result.out]).toEqual([argv, code, ""]);
    expect(result.err).toContain(words);
    expect(result.err).not.toMatch(/\n\s+at /);
  }
  expect((await run(["keys", "list", "--data", data])).code).toBe(1);

  await run(["keys", "new", "--data", data], { env });
  const again = await run(["keys", "new", "--data", data, "--json"], { env });
  expect(again.code).toBe(1);
  expect(JSON.parse(again.err)).toEqual({
    error: { code: "account-exists", message: "there is an account main already" },
  });
  const wrong = await run(["keys", "new", "more", "--data", data], { env: { AGON_PASSPHRASE: "not this one" } });
  expect(wrong).toMatchObject({ code: 1, err: expect.stringContaining("the passphrase is wrong") });
});
