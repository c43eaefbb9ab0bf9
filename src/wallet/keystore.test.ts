import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import { beforeEach, describe, expect, test } from "vitest";
import { asAddress, seededRandom, toHex } from "#base";
import { ed25519PublicKey, mnemonicToSeed } from "#crypto";
import { accountKey, devAccount } from "#wallet/core";
import { tempDir } from "../../test/support/temp.ts";
import { createKeystore, type Keystore, type KeystoreOptions, openKeystore } from "./keystore.ts";

const random = seededRandom(11);
const passphrase = "correct horse";
const mnemonic = "legal winner thank year wave sausage worth useful legal winner thank yellow";
const derived = (index: number) => accountKey(mnemonicToSeed(mnemonic), index);

/** Of the running test. */
const place = { folder: "", path: "" };
beforeEach(() => {
  place.folder = tempDir();
  place.path = join(place.folder, "wallet.json");
});

const create = (options: Partial<KeystoreOptions> = {}): Promise<Keystore> =>
  createKeystore(
    { path: place.path, passphrase, mnemonic, argon2id: { memoryKiB: 64, passes: 1 }, ...options },
    random,
  );

interface Document {
  version: number;
  accounts: Record<string, unknown>[];
  sealed: { ciphertext: string; kdf: { memoryKiB: number } };
}
/** Changes the file behind the program's back. */
function tamper(change: (document: Document) => void): void {
  const document = JSON.parse(readFileSync(place.path, "utf8")) as Document;
  change(document);
  writeFileSync(place.path, JSON.stringify(document));
}

describe("a new keystore", () => {
  test("is for its owner's eyes and holds nothing open but names, keys and addresses", async () => {
    const keystore = await create();
    expect(keystore.list()).toEqual([
      { name: "main", kind: "derived", address: derived(0).address, key: derived(0).key, index: 0 },
    ]);
    expect(statSync(place.path).mode & 0o777).toBe(0o600);
    expect(readdirSync(place.folder)).toEqual(["wallet.json"]);
    const text = readFileSync(place.path, "utf8");
    for (const word of mnemonic.split(" ")) expect(text).not.toContain(word);
    expect(text).not.toContain(toHex(derived(0).seed));
    expect(JSON.parse(text)).toMatchObject({ format: "agon-keystore", version: 1 });
  });

  test("never replaces one", async () => {
    await create();
    const before = readFileSync(place.path, "utf8");
    await expect(create({ passphrase: "other" })).rejects.toMatchObject({ code: "keystore-exists" });
    expect(readFileSync(place.path, "utf8")).toBe(before);
    expect(readdirSync(place.folder)).toEqual(["wallet.json"]);
  });

  test("has 24 words of its own unless some are given", async () => {
    const keystore = await createKeystore(
      { path: place.path, passphrase, argon2id: { memoryKiB: 64, passes: 1 } },
      random,
    );
    const words = (await keystore.unlock(passphrase)).mnemonic;
    expect(words.split(" ").length).toBe(24);
    await expect(create({ mnemonic: "not the words" })).rejects.toMatchObject({ code: "mnemonic-malformed" });
    await expect(create({ name: "" })).rejects.toMatchObject({ code: "account-name" });
    await expect(create({ path: join(place.folder, "none", "wallet") })).rejects.toMatchObject({
      code: "keystore-unwritable",
    });
  });
});

describe("accounts", () => {
  test("of every kind, kept in order and found again", async () => {
    const keystore = await create();
    const dev = devAccount(3);
    const watched = asAddress(new Uint8Array(20).fill(5));
    await keystore.addAccount(passphrase, "savings");
    await keystore.importSeed(passphrase, "dev", dev.seed);
    await keystore.addWatchOnly("Ann's", watched).catch(() => {});
    await keystore.addWatchOnly("Ann", watched);
    await keystore.addAccount(passphrase, "third");
    const again = await openKeystore(place.path, random);
    expect(again.list()).toEqual(keystore.list());
    expect(again.list().map(({ name, kind, index }) => [name, kind, index])).toEqual([
      ["main", "derived", 0],
      ["savings", "derived", 1],
      ["dev", "imported", null],
      ["Ann", "watch-only", null],
      ["third", "derived", 2],
    ]);
    const wallet = await again.unlock(passphrase);
    expect(wallet.mnemonic).toBe(mnemonic);
    expect(wallet.seedOf("third")).toEqual(derived(2).seed);
    expect(wallet.seedOf("dev")).toEqual(dev.seed);
    expect(again.show("dev")).toMatchObject({ address: dev.address, key: ed25519PublicKey(dev.seed) });
    expect(() => wallet.seedOf("Ann")).toThrow("watched only");
    expect(() => wallet.seedOf("nobody")).toThrow("no account nobody");
    expect(() => again.show("nobody")).toThrow("no account nobody");
  });

  test("a name is used once and can be read", async () => {
    const keystore = await create();
    await expect(keystore.addAccount(passphrase, "main")).rejects.toMatchObject({ code: "account-exists" });
    for (const name of ["", " x", "a\nb", "x".repeat(65), "-x"])
      await expect(keystore.addAccount(passphrase, name)).rejects.toMatchObject({ code: "account-name" });
    expect(keystore.list().length).toBe(1);
  });

  test("what two openers add at once is all there", async () => {
    const one = await create();
    const other = await openKeystore(place.path, random);
    await one.addWatchOnly("a", asAddress(new Uint8Array(20)));
    await other.addAccount(passphrase, "b");
    await Promise.all(["c", "d", "e"].map((name) => one.addAccount(passphrase, name)));
    expect(one.list().map(({ name }) => name)).toEqual(["main", "a", "b", "c", "d", "e"]);
    expect(one.show("e").index).toBe(4);
  });
});

describe("the passphrase", () => {
  test("a wrong one opens, adds and changes nothing", async () => {
    const keystore = await create();
    const before = readFileSync(place.path, "utf8");
    const wrong = { code: "passphrase-wrong" };
    await expect(keystore.unlock("Correct horse")).rejects.toMatchObject(wrong);
    await expect(keystore.addAccount("", "x")).rejects.toMatchObject(wrong);
    await expect(keystore.importSeed("no", "x", new Uint8Array(32))).rejects.toMatchObject(wrong);
    await expect(keystore.changePassphrase("no", "yes")).rejects.toMatchObject(wrong);
    expect(readFileSync(place.path, "utf8")).toBe(before);
    expect((await keystore.addAccount(passphrase, "x")).index).toBe(1);
  });

  test("can be changed", async () => {
    const keystore = await create();
    await keystore.importSeed(passphrase, "dev", devAccount(0).seed);
    await keystore.changePassphrase(passphrase, "battery staple");
    await expect(keystore.unlock(passphrase)).rejects.toMatchObject({ code: "passphrase-wrong" });
    const wallet = await (await openKeystore(place.path, random)).unlock("battery staple");
    expect(wallet.seedOf("dev")).toEqual(devAccount(0).seed);
    expect(statSync(place.path).mode & 0o777).toBe(0o600);
  });
});

describe("secrets", () => {
  test("do not show in prints, JSON or errors", async () => {
    const keystore = await create();
    const wallet = await keystore.unlock(passphrase);
    const error = await keystore.unlock("wrong secret passphrase").catch((cause: unknown) => cause);
    const shown = [
      inspect(wallet, { depth: 9, showHidden: true }),
      inspect(keystore, { depth: 9, showHidden: true }),
      JSON.stringify(wallet),
      inspect(error, { depth: 9, showHidden: true }),
    ].join("\n");
    for (const secret of [...mnemonic.split(" "), "wrong secret", passphrase]) expect(shown).not.toContain(secret);
  });

  test("are gone once locked", async () => {
    const wallet = await (await create()).unlock(passphrase);
    const seed = wallet.seedOf("main");
    wallet.lock();
    expect(seed).toEqual(new Uint8Array(32));
    expect(() => wallet.seedOf("main")).toThrow("locked");
    expect(() => wallet.mnemonic).toThrow("locked");
  });
});

describe("a damaged file", () => {
  const opening = async (): Promise<unknown> => (await openKeystore(place.path, random)).unlock(passphrase);

  test("is not there, not JSON, or of a later version", async () => {
    await expect(opening()).rejects.toMatchObject({ code: "keystore-missing" });
    await create();
    tamper((document) => {
      document.version = 2;
    });
    await expect(opening()).rejects.toMatchObject({ code: "keystore-newer" });
    for (const text of ["", "{", "[]", "null", '{"format":"agon-keystore","version":1}', '{"format":"other"}']) {
      writeFileSync(place.path, text);
      await expect(opening()).rejects.toMatchObject({ code: "keystore-damaged" });
    }
    await expect(openKeystore(place.folder, random)).rejects.toMatchObject({ code: "keystore-unreadable" });
  });

  test.each<[string, string, (document: Document) => void]>([
    [
      "a foreign key put in",
      "keystore-damaged",
      ({ accounts }) => {
        const { key, address } = devAccount(1);
        Object.assign(accounts[0]!, { key: toHex(key), address: toHex(address) });
      },
    ],
    [
      "a foreign address put in",
      "keystore-damaged",
      ({ accounts }) => {
        accounts[0]!.address = toHex(devAccount(1).address);
      },
    ],
    [
      "another index",
      "keystore-damaged",
      ({ accounts }) => {
        accounts[0]!.index = 1;
      },
    ],
    [
      "an imported account without its secret",
      "keystore-damaged",
      ({ accounts }) => {
        const { key, address } = devAccount(1);
        accounts.push({ name: "x", kind: "imported", key: toHex(key), address: toHex(address) });
      },
    ],
    [
      "two accounts of one name",
      "keystore-damaged",
      ({ accounts }) => {
        accounts.push(accounts[0]!);
      },
    ],
    [
      "an unknown kind",
      "keystore-damaged",
      ({ accounts }) => {
        accounts[0]!.kind = "multisig";
      },
    ],
    [
      "costs that nobody would pay",
      "keystore-damaged",
      ({ sealed }) => {
        sealed.kdf.memoryKiB = 2 ** 40;
      },
    ],
    [
      "a byte of the secrets changed",
      "passphrase-wrong",
      ({ sealed }) => {
        sealed.ciphertext = sealed.ciphertext.replace(/^../, (byte) => (byte === "00" ? "01" : "00"));
      },
    ],
  ])("%s", async (_, code, change) => {
    await create();
    tamper(change);
    await expect(opening()).rejects.toMatchObject({ code });
  });
});
