import { expect, test } from "vitest";
import { type Address, toHex } from "#base";
import { formatAddress, mnemonicToSeed } from "#crypto";
import { accountKey, accountPath } from "./account-key.ts";
import { devAccount } from "./dev-account.ts";
import { findAccounts } from "./find-accounts.ts";

const masterSeed = mnemonicToSeed(
  "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about",
);

test("frozen: the first accounts of a known mnemonic", () => {
  expect([0, 1].map((index) => formatAddress(accountKey(masterSeed, index).address, "agon"))).toEqual([
    "agon1eqhk7lz0u50fqz9k7gkjxl0r82fsee6558srsc",
    "agon1rrjym986tdmemf46jq88y6wu5j8n2ysnmua2em",
  ]);
  expect(accountPath(1)).toBe("m/44'/8730'/1'");
});

test("frozen: the dev accounts", () => {
  const { name, seed, address } = devAccount(9);
  expect(name).toBe("dev-9");
  expect(toHex(devAccount(0).seed)).toBe("629ed02d2dc6c85ca7e77def5a671122161ebca52834d9b883754f90ee76b06f");
  expect(seed).not.toEqual(devAccount(0).seed);
  expect(formatAddress(address, "tagon")).toBe("tagon1v8skkkqwvdqzen5knxtzm5hwwyq06rs35fytp6");
  expect(() => devAccount(10)).toThrow(RangeError);
});

test("accounts are found across gaps below the limit, and no further", async () => {
  const addresses = Array.from({ length: 12 }, (_, index) => accountKey(masterSeed, index).address);
  const asked: string[] = [];
  const usedAt = (indexes: readonly number[]) => (address: Address) => {
    asked.push(toHex(address));
    return Promise.resolve(indexes.some((index) => toHex(addresses[index]!) === toHex(address)));
  };
  const indexes = async (used: readonly number[]): Promise<number[]> =>
    (await findAccounts(masterSeed, usedAt(used), 3)).map(({ index }) => index);
  expect(await indexes([])).toEqual([]);
  expect(asked.length).toBe(3);
  expect(await indexes([0, 2, 5])).toEqual([0, 2, 5]);
  expect(await indexes([0, 4])).toEqual([0]);
  asked.length = 0;
  await indexes([1, 3]);
  expect(asked.length).toBe(7);
  expect(new Set(asked).size).toBe(7);
});
