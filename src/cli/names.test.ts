import { expect, test } from "vitest";
import { formatAddress } from "#crypto";
import { devAccountAddress, devValidatorOwner } from "#spec";
import { createNames, nameAndAddress } from "./names.ts";

test("the public accounts of test and dev chains have names, others are addresses", () => {
  const nameOf = createNames();
  const address = formatAddress(devAccountAddress(3), "tagon");
  expect(nameOf(address)).toBe("dev-3");
  expect(nameAndAddress(nameOf, address)).toBe(`dev-3, ${address}`);
  expect(nameOf(formatAddress(devValidatorOwner(31), "tagon"))).toBe("validator-31");
  for (const other of [formatAddress(devAccountAddress(3), "agon"), "tagon1qq", ""])
    expect([nameOf(other), nameAndAddress(nameOf, other)]).toEqual([other, other]);
});
