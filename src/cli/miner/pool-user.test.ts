import { join } from "node:path";
import { expect, test } from "vitest";
import type { Fetch } from "#api/contract";
import { seededRandom } from "#base";
import { formatAddress } from "#crypto";
import { createKeystore } from "#wallet";
import { tempDir } from "../../../test/support/temp.ts";
import { createTestTerminal } from "../testing/terminal.ts";
import { userOf } from "./pool-user.ts";

const DEV_3 = "tagon16hq6jle9weajrasuvawdss6psm49z9n8qwt96j";
const OTHER = "agon1eqhk7lz0u50fqz9k7gkjxl0r82fsee6558srsc";
const refuse: Fetch = () => Promise.reject(new TypeError("fetch failed"));
const apiUrl = async (): Promise<string> => "http://pool.test:3334";

test("an address is itself and dev accounts are known, without asking anybody", async () => {
  const of = (word: string) =>
    userOf(createTestTerminal({ fetch: refuse }), word, { data: "/nowhere" }, () => Promise.reject(new Error("asked")));
  expect(await of("dev-3")).toBe(DEV_3);
  expect(await of(DEV_3)).toBe(DEV_3);
  expect(await of(OTHER)).toBe(OTHER);
  await expect(of("dev-33")).rejects.toMatchObject({ code: "address-malformed" });
  await expect(of("bc1qxy")).rejects.toThrow("'bc1qxy' is neither an address nor the name of an account");
});

test("an account of the keystore has the address of the pool's chain", async () => {
  const keystore = join(tempDir(), "keystore.json");
  const made = await createKeystore(
    { path: keystore, passphrase: "a passphrase", name: "main", argon2id: { memoryKiB: 64, passes: 1 } },
    seededRandom(1),
  );
  const of = (fetch: Fetch) => userOf(createTestTerminal({ fetch }), "main", { keystore }, apiUrl);
  const pool: Fetch = async () => Response.json({ chain: { addressPrefix: "agon" } });
  expect(await of(pool)).toBe(formatAddress(made.show("main").address, "agon"));
  await expect(of(refuse)).rejects.toMatchObject({
    code: "chain-unknown",
    message: expect.stringContaining("--pool-api, or the address itself"),
  });
});
