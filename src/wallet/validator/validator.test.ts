import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import { beforeEach, describe, expect, test } from "vitest";
import { asHash, seededRandom, toHex } from "#base";
import { ed25519PublicKey, onionTip, verifySignature } from "#crypto";
import { DEV_ONION_DEPTH, devValidatorSeed } from "#spec";
import { minFeeAtoms } from "#wallet/core";
import { tempDir } from "../../../test/support/temp.ts";
import { GUARD_FILE } from "../guard/guard-journal.ts";
import { openDevValidator, openValidator, type Validator, validatorFolder } from "./validator.ts";
import { type AddKeyOptions, addValidatorKey, hasValidatorKeys, openValidatorKeys } from "./validator-keys.ts";

const random = seededRandom(3);
const chainId = asHash(new Uint8Array(32).fill(9));
const passphrase = "correct horse";
const message = asHash(new Uint8Array(32).fill(4));
const seed = new Uint8Array(32).fill(77);

const place = { folder: "" };
beforeEach(() => {
  place.folder = validatorFolder(tempDir());
});

const add = (more: Partial<AddKeyOptions> = {}) =>
  addValidatorKey(
    { folder: place.folder, chainId, passphrase, onionDepth: 100, argon2id: { memoryKiB: 64, passes: 1 }, ...more },
    random,
  );
const open = (): Promise<Validator> => openValidator({ folder: place.folder, chainId, passphrase }, random);
const block = (validator: Validator, slot: number, no = 0) => {
  const { key } = validator.signers[no]!;
  return validator.sign({ message, key, guard: { domain: "block", slot }, seal: (signature) => signature });
};

describe("a new key", () => {
  test("signs, after its guard, and shows its onion", async () => {
    const info = await add();
    expect(info).toMatchObject({ origin: "created", mustWatch: false, onionDepth: 100 });
    const validator = await open();
    const [signer] = validator.signers;
    expect(signer!.key).toEqual(info.key);
    const [own] = (await (await openValidatorKeys(place.folder, random)).unlock(passphrase)).values();
    expect(ed25519PublicKey(own!)).toEqual(info.key);
    expect(signer!.tip).toEqual(onionTip(own!, 0, 100));
    const { reveal } = signer!;
    expect(reveal(signer!.tip)).toEqual(onionTip(own!, 0, 99));
    const renewal = signer!.buildRenewal(3, message).transaction;
    expect(renewal).toMatchObject({ sender: info.key, nonce: 3, feeAtoms: minFeeAtoms(32) });
    const signed = await block(validator, 5);
    expect(signed.ok && verifySignature(signed.value, message, info.key)).toBe(true);
    expect(await block(validator, 5)).toMatchObject({ error: { code: "guard-refused" } });
    await validator.close();
  });

  test("is for its owner's eyes, and its seed nowhere to be read", async () => {
    await add({ seed });
    for (const name of ["keys.json", GUARD_FILE]) expect(statSync(join(place.folder, name)).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(place.folder, "keys.json"), "utf8")).not.toContain(toHex(seed));
    const validator = await open();
    expect(inspect(validator, { depth: 9 })).not.toContain("seed");
    await validator.close();
    expect(inspect(await openValidatorKeys(place.folder, random), { depth: 9 })).not.toContain(toHex(seed));
    expect(readdirSync(place.folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  test("signs for no other key", async () => {
    await add();
    const validator = await open();
    const key = ed25519PublicKey(seed);
    const job = {
      message,
      key,
      guard: { domain: "block", slot: 1 } as const,
      seal: (signature: Uint8Array) => signature,
    };
    expect(await validator.sign(job)).toMatchObject({ error: { code: "guard-unknown-key" } });
    await validator.close();
  });
});

describe("an imported key", () => {
  test("must be watched first, once", async () => {
    const info = await add({ seed });
    expect(info).toMatchObject({ key: ed25519PublicKey(seed), origin: "imported", mustWatch: true });
    const validator = await open();
    expect(validator.signers[0]!.mustWatch).toBe(true);
    expect(validator.signers[0]!.tip).toEqual(onionTip(seed, 0, 100));
    expect(await validator.signers[0]!.nextTip(onionTip(seed, 2, 50))).toEqual(onionTip(seed, 3, 100));
    await validator.endWatch(info.key);
    await validator.close();
    const again = await open();
    expect(again.signers[0]!.mustWatch).toBe(false);
    expect(again.signers[0]!.tip).toEqual(onionTip(seed, 3, 100));
    await again.close();
  });

  test("keeps what its guard knew of it", async () => {
    await add({ seed });
    const validator = await open();
    await block(validator, 8);
    await validator.close();
    await add({ seed });
    const again = await open();
    expect(again.signers.length).toBe(1);
    expect(again.signers[0]!.mustWatch).toBe(true);
    expect(await block(again, 8)).toMatchObject({ error: { code: "guard-refused" } });
    await again.close();
  });
});

describe("rotating", () => {
  test("puts a new key first and keeps the old one until it is removed", async () => {
    const old = await add();
    const present = await add();
    const validator = await open();
    expect(validator.signers.map(({ key }) => key)).toEqual([present.key, old.key]);
    expect((await block(validator, 3, 1)).ok).toBe(true);
    expect((await block(validator, 3, 0)).ok).toBe(true);
    await validator.close();
    const keys = await openValidatorKeys(place.folder, random);
    await keys.remove(passphrase, present.key);
    expect(keys.list().length).toBe(2);
    await keys.remove(passphrase, old.key);
    expect(keys.list().map(({ key }) => key)).toEqual([present.key]);
    const after = await open();
    expect(after.signers.map(({ key }) => key)).toEqual([present.key]);
    expect(after.guard.protectionOf(old.key)?.lastBlockSlot).toBe(3);
    await after.close();
  });

  test("needs the passphrase, and no node on the folder", async () => {
    expect(hasValidatorKeys(place.folder)).toBe(false);
    await add();
    expect(hasValidatorKeys(place.folder)).toBe(true);
    await expect(add({ passphrase: "wrong" })).rejects.toMatchObject({ code: "passphrase-wrong" });
    const validator = await open();
    await expect(add()).rejects.toMatchObject({ code: "data-locked" });
    await expect(open()).rejects.toMatchObject({ code: "data-locked" });
    await validator.close();
    expect((await openValidatorKeys(place.folder, random)).list().length).toBe(1);
  });
});

describe("refuses", () => {
  test("to sign when the guard's file is gone", async () => {
    await add();
    rmSync(join(place.folder, GUARD_FILE));
    const validator = await open();
    expect(await block(validator, 1)).toMatchObject({ error: { code: "guard-unknown-key" } });
    await validator.close();
  });

  test.each<[string, string, (document: { version: number; keys: Record<string, unknown>[] }) => unknown]>([
    ["a later version", "keystore-newer", (document) => ({ ...document, version: 2 })],
    ["another file", "keystore-damaged", () => ({ format: "agon-keystore", version: 1 })],
    ["no keys", "keystore-damaged", (document) => ({ ...document, keys: [] })],
    ["a key twice", "keystore-damaged", (document) => ({ ...document, keys: [document.keys[0], document.keys[0]] })],
    ["another key", "keystore-damaged", (d) => ({ ...d, keys: [{ ...d.keys[0], key: "00".repeat(32) }] })],
    ["an onion without layers", "keystore-damaged", (d) => ({ ...d, keys: [{ ...d.keys[0], onionDepth: 0 }] })],
    ["an unknown origin", "keystore-damaged", (d) => ({ ...d, keys: [{ ...d.keys[0], origin: "found" }] })],
    ["an onion without a number", "keystore-damaged", (d) => ({ ...d, keys: [{ ...d.keys[0], onionNumber: -1 }] })],
    ["no word on watching", "keystore-damaged", (d) => ({ ...d, keys: [{ ...d.keys[0], mustWatch: 1 }] })],
  ])("%s", async (_, code, change) => {
    await add();
    const path = join(place.folder, "keys.json");
    writeFileSync(path, JSON.stringify(change(JSON.parse(readFileSync(path, "utf8")))));
    await expect(open()).rejects.toMatchObject({ code });
    // The folder is not left locked.
    rmSync(path);
    await add();
  });

  test("a folder without keys", async () => {
    await expect(open()).rejects.toMatchObject({ code: "keystore-missing" });
  });
});

test("validators that everybody knows need no passphrase", async () => {
  const validator = await openDevValidator({ folder: place.folder, chainId }, [2, 0]);
  expect(validator.signers.map(({ key }) => key)).toEqual([2, 0].map((no) => ed25519PublicKey(devValidatorSeed(no))));
  expect(validator.signers[0]!.tip).toEqual(onionTip(devValidatorSeed(2), 0, DEV_ONION_DEPTH));
  expect((await block(validator, 9, 1)).ok).toBe(true);
  await validator.close();
  const again = await openDevValidator({ folder: place.folder, chainId }, [0]);
  expect(await block(again, 9)).toMatchObject({ error: { code: "guard-refused" } });
  await again.close();
});
