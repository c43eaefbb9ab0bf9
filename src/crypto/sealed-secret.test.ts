import { readFileSync } from "node:fs";
import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";
import { expect, test } from "vitest";
import { fromHex, seededRandom, toHex, utf8 } from "#base";
import { openSecret, type SealedSecret, sealSecret } from "./sealed-secret.ts";

interface Wycheproof {
  readonly testGroups: readonly {
    readonly tests: readonly Record<"key" | "iv" | "aad" | "msg" | "ct" | "tag" | "result", string>[];
  }[];
}
const vectors = JSON.parse(
  readFileSync(new URL("../../test/vectors/wycheproof-xchacha20-poly1305.json", import.meta.url), "utf8"),
) as Wycheproof;

const random = seededRandom(4);
const light = { memoryKiB: 64, passes: 1 };
const secret = utf8("seven words are not enough");
const context = utf8("wallet v1");

test("the cipher gives every Wycheproof verdict", () => {
  const tests = vectors.testGroups.flatMap((group) => group.tests);
  expect(tests.length).toBeGreaterThan(200);
  for (const { key, iv, aad, msg, ct, tag, result } of tests) {
    const open = (): string =>
      toHex(xchacha20poly1305(fromHex(key)!, fromHex(iv)!, fromHex(aad)!).decrypt(fromHex(ct + tag)!));
    if (result === "valid") expect(open()).toBe(msg);
    else expect(open).toThrow();
  }
});

test("what was sealed opens under the same passphrase and context only", async () => {
  const sealed = await sealSecret("pass phrase", secret, light, random, context);
  expect(await openSecret("pass phrase", sealed, context)).toEqual({ ok: true, value: secret });
  const wrong = { ok: false, error: { code: "passphrase-wrong", blame: "sender" } };
  expect(await openSecret("pass  phrase", sealed, context)).toEqual(wrong);
  expect(await openSecret("", sealed, context)).toEqual(wrong);
  expect(await openSecret("pass phrase", sealed)).toEqual(wrong);
});

test("a passphrase does not depend on how its letters were composed", async () => {
  const sealed = await sealSecret("caf\u00e9", secret, light, random);
  expect(await openSecret("cafe\u0301", sealed)).toEqual({ ok: true, value: secret });
});

test("two seals of one secret have nothing in common", async () => {
  const [a, b] = [await sealSecret("p", secret, light, random), await sealSecret("p", secret, light, random)];
  expect(a.salt).not.toEqual(b.salt);
  expect(a.nonce).not.toEqual(b.nonce);
  expect(a.ciphertext).not.toEqual(b.ciphertext);
});

test("anything changed does not open, and monstrous costs are not paid", async () => {
  const sealed = await sealSecret("p", secret, light, random);
  const code = async (change: Partial<SealedSecret>): Promise<string | null> => {
    const opened = await openSecret("p", { ...sealed, ...change });
    return opened.ok ? null : opened.error.code;
  };
  expect(await code({})).toBe(null);
  expect(await code({ salt: sealed.salt.with(0, sealed.salt[0]! ^ 1) })).toBe("passphrase-wrong");
  expect(await code({ nonce: sealed.nonce.with(0, sealed.nonce[0]! ^ 1) })).toBe("passphrase-wrong");
  expect(await code({ ciphertext: sealed.ciphertext.with(3, sealed.ciphertext[3]! ^ 1) })).toBe("passphrase-wrong");
  expect(await code({ argon2id: { memoryKiB: 64, passes: 2 } })).toBe("passphrase-wrong");
  expect(await code({ argon2id: { memoryKiB: 2 ** 30, passes: 1 } })).toBe("secret-malformed");
  expect(await code({ argon2id: { memoryKiB: 64, passes: 1e9 } })).toBe("secret-malformed");
  expect(await code({ argon2id: { memoryKiB: 64.5, passes: 1 } })).toBe("secret-malformed");
  expect(await code({ salt: new Uint8Array(8) })).toBe("secret-malformed");
  expect(await code({ nonce: new Uint8Array(12) })).toBe("secret-malformed");
  expect(await code({ ciphertext: new Uint8Array(15) })).toBe("secret-malformed");
  await expect(sealSecret("p", secret, { memoryKiB: 1, passes: 1 }, random)).rejects.toThrow(RangeError);
});
