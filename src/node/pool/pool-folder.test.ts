import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { seededRandom, toHex } from "#base";
import { tempDir } from "../../../test/support/temp.ts";
import { notePlace, openPoolFolder } from "./pool-folder.ts";

const BOOKS = { chain: "aa", address: "tagon1one" };

test("the key of receipts is made once, for its owner alone", () => {
  const folder = join(tempDir(), "pool");
  const seed = openPoolFolder(folder, BOOKS, seededRandom(1));
  expect(seed).toHaveLength(32);
  expect(toHex(openPoolFolder(folder, BOOKS, seededRandom(2)))).toBe(toHex(seed));
  expect(statSync(join(folder, "receipt-key")).mode & 0o777).toBe(0o600);
  expect(readFileSync(join(folder, "receipt-key"), "utf8")).toBe(`${toHex(seed)}\n`);
});

test("books of another chain or account, and a file without a key, are refused in words", () => {
  const folder = tempDir();
  openPoolFolder(folder, BOOKS, seededRandom(1));
  const open = (books: typeof BOOKS) => () => openPoolFolder(folder, books, seededRandom(1));
  expect(open({ ...BOOKS, chain: "bb" })).toThrow(/another chain/);
  expect(open({ ...BOOKS, address: "tagon1two" })).toThrow(/books of tagon1one, not of tagon1two/);
  writeFileSync(join(folder, "receipt-key"), "nonsense\n");
  expect(open(BOOKS)).toThrow(/holds no key/);
});

test("says where the API is while the pool runs", () => {
  const folder = tempDir();
  const forget = notePlace(folder, "http://127.0.0.1:4444");
  expect(readFileSync(join(folder, "api-url"), "utf8")).toBe("http://127.0.0.1:4444\n");
  forget();
  expect(existsSync(join(folder, "api-url"))).toBe(false);
});

test("says that the file about the books is damaged", () => {
  const folder = tempDir();
  for (const text of ["{", "null", ""]) {
    writeFileSync(join(folder, "pool.json"), text);
    expect(() => openPoolFolder(folder, BOOKS, seededRandom(1))).toThrow(/pool\.json is damaged/);
  }
});
