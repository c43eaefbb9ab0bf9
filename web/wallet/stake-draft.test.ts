import { expect, test } from "vitest";
import type { Account, ChainInfo, StakeRules, Validator } from "#api/contract";
import { toHex } from "#base";
import { ed25519PublicKey, onionLayer, onionSeed, onionTip } from "#crypto";
import { devValidatorSeed } from "#spec";
import { findDevSigningKey, nextOnionTip } from "./dev-signing-key.ts";
import { checkStakeDraft, type StakeDraftContext } from "./stake-draft.ts";

const COIN = 100_000_000n;
const context: StakeDraftContext = {
  chain: { minFeePerByte: "10" } as ChainInfo,
  rules: { minBond: String(100n * COIN) } as StakeRules,
  owner: { pendingBalance: String(1_000n * COIN) } as Account,
  validator: { bonded: String(250n * COIN) } as Validator,
  poolRate: 10,
};

test("a bond adds, an unbond takes away, and both pay for their bytes", () => {
  expect(checkStakeDraft("bond", "50", context).draft).toEqual({
    ...{ kind: "bond", amountAtoms: 50n * COIN, feeAtoms: 2_540n, bondedAfterAtoms: 300n * COIN, highFeeTimes: null },
  });
  expect(checkStakeDraft("unbond", "250", context).draft).toEqual({
    ...{ kind: "unbond", amountAtoms: 250n * COIN, feeAtoms: 1_260n, bondedAfterAtoms: 0n, highFeeTimes: null },
  });
});

test.each([
  ["bond", "1000", /needs 1000.0000254/],
  ["bond", "x", /Write an amount/],
  ["bond", "0", /Nothing would change/],
  ["unbond", "251", /Only 250/],
  ["unbond", "200", /nothing, or at least 100/],
] as const)("%s %s is refused in words", (kind, text, problem) => {
  const checked = checkStakeDraft(kind, text, context);
  expect(checked.draft).toBeNull();
  expect(checked.problem).toMatch(problem);
  // A node that asks for too much is told of.
  expect(checkStakeDraft("bond", "50", { ...context, poolRate: 5_000 }).draft?.highFeeTimes).toBe(500n);
});

test("a first bond must be large enough, and what is empty is neither right nor wrong", () => {
  expect(checkStakeDraft("bond", "99", { ...context, validator: null }).problem).toMatch(/at least 100/);
  expect(checkStakeDraft("bond", " ", context)).toEqual({ problem: null, draft: null });
});

test("the first free key of a devnet is chosen, or the one that the owner has", () => {
  const keys = [0, 1, 2].map((index) => toHex(ed25519PublicKey(devValidatorSeed(index))));
  expect(findDevSigningKey(null, new Set(keys.slice(0, 2)))?.name).toBe("dev:2");
  expect(findDevSigningKey(keys[1]!, new Set(keys))?.name).toBe("dev:1");
  expect(findDevSigningKey("00".repeat(32), new Set())).toBeNull();
});

test("an onion that was begun is followed by the next, one that was not stays", () => {
  const seed = devValidatorSeed(4);
  const depth = 8;
  const begun = onionLayer(onionLayer(onionSeed(seed, 1)));
  expect(nextOnionTip(seed, null, depth)).toEqual(onionTip(seed, 0, depth));
  expect(nextOnionTip(seed, toHex(begun), depth)).toEqual(onionTip(seed, 2, depth));
  expect(nextOnionTip(seed, toHex(onionTip(seed, 3, depth)), depth)).toEqual(onionTip(seed, 3, depth));
});
