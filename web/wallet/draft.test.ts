import { expect, test } from "vitest";
import type { Account, ChainInfo } from "#api/contract";
import { formatAddress } from "#crypto";
import { encodeTransfer, TRANSACTION_FIXED_BYTES } from "#model";
import { devAccount } from "#wallet/core";
import { checkDraft, leastFeeAtoms, TRANSFER_BYTES } from "./draft.ts";

const chain = {
  addressPrefix: "tagon",
  minFeePerByte: "10",
  minOutput: "1000",
  accountBurn: "10000",
} as ChainInfo;
const to = formatAddress(devAccount(1).address, "tagon");
const sender = { pendingBalance: "200000000", exists: true } as Account;
const known = { exists: true } as Account;
const check = (text: { to?: string; amount?: string; fee?: string }, recipient: Account | undefined = known) =>
  checkDraft({ to, amount: "1", fee: "0.0000146", ...text }, { chain, sender, recipient });

test("the size of a transfer is what its bytes are", () => {
  const payload = encodeTransfer([{ to: devAccount(1).address, amountAtoms: 1n }]);
  expect(TRANSACTION_FIXED_BYTES + payload.length).toBe(TRANSFER_BYTES);
  expect(leastFeeAtoms(chain, 10)).toBe(1460n);
  expect(leastFeeAtoms(chain, 12.2)).toBe(13n * 146n);
});

test("a right draft says what will be moved and burned", () => {
  expect(check({}).draft).toMatchObject({ amountAtoms: 100_000_000n, feeAtoms: 1460n, burnAtoms: 0n });
  expect(check({}, { exists: false } as Account).draft?.burnAtoms).toBe(10_000n);
});

test("a fee out of all proportion is named, and left to the person", () => {
  expect(check({ fee: "0.00146" }).draft?.highFeeTimes).toBeNull();
  expect(check({ fee: "0.5" }).draft).toMatchObject({ feeAtoms: 50_000_000n, highFeeTimes: 34_246n });
});

test.each([
  [{ to: "tagon1qq" }, "to", /letter is wrong/],
  [{ to: "bc1xyz" }, "to", /begins with tagon1/],
  [{ to: formatAddress(devAccount(1).address, "agon") }, "to", /another network/],
  [{ amount: "1e5" }, "amount", /at most eight decimals/],
  [{ amount: "0.000000001" }, "amount", /at most eight decimals/],
  [{ amount: "0.00000999" }, "amount", /least that can be sent is 0.00001/],
  [{ amount: "2" }, "amount", /needs 2.0000146, but 2 can be spent/],
  [{ fee: "0.00001" }, "fee", /at least 0.0000146/],
  [{ fee: "-1" }, "fee", /Write a fee/],
] as const)("%o is refused in words", (text, field, problem) => {
  const { problems, draft } = check(text);
  expect(draft).toBeNull();
  expect(problems[field]).toMatch(problem);
});

test("what is empty or not known yet is neither right nor wrong", () => {
  expect(check({ to: "", amount: "", fee: "" })).toEqual({ problems: {}, draft: null });
  expect(checkDraft({ to, amount: "1", fee: "0.0000146" }, { chain, sender, recipient: undefined })).toEqual({
    problems: {},
    draft: null,
  });
});
