import fc from "fast-check";
import { expect, test } from "vitest";
import { asAddress, asHash, asKey } from "#base";
import { ed25519PublicKey } from "#crypto";
import { checkThresholdOrder, decodeThresholdOrder, encodeThresholdOrder } from "#model";
import { devAccount } from "./dev-account.ts";
import { signThreshold } from "./pool-threshold.ts";

const chainId = asHash(new Uint8Array(32).fill(3));
const poolKey = ed25519PublicKey(new Uint8Array(32).fill(7));
const { seed, address, key } = devAccount(3);
const order = signThreshold({ chainId, poolKey, seed, thresholdAtoms: 1_250_000_000n, timeMs: 1_800_000_000_000 });
const codeOf = (given: typeof order, chain = chainId): string | null => {
  const checked = checkThresholdOrder(chain, given);
  return checked.ok ? null : checked.error.code;
};

test("an order is that of its account, for one chain and one pool, over every member", () => {
  expect(order).toMatchObject({ address, key });
  expect(codeOf(order)).toBeNull();
  expect(codeOf(order, asHash(new Uint8Array(32)))).toBe("threshold-signature");
  for (const change of [{ poolKey: key }, { thresholdAtoms: null }, { thresholdAtoms: 1n }, { timeMs: 1 }])
    expect(codeOf({ ...order, ...change })).toBe("threshold-signature");
  expect(codeOf({ ...order, address: asAddress(new Uint8Array(20)) })).toBe("threshold-key");
  expect(codeOf({ ...order, key: devAccount(4).key })).toBe("threshold-key");
  expect(codeOf({ ...order, key: asKey(new Uint8Array(32)) })).toBe("threshold-key");
});

test("its bytes have one form, and all others are refused or another order", () => {
  const bytes = encodeThresholdOrder(order);
  expect(bytes).toHaveLength(164);
  expect(decodeThresholdOrder(bytes)).toEqual(order);
  const none = { ...order, thresholdAtoms: null };
  expect(decodeThresholdOrder(encodeThresholdOrder(none))).toEqual(none);
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 160, maxLength: 168 }), (junk) => {
      const decoded = decodeThresholdOrder(junk);
      if (decoded !== null) expect(encodeThresholdOrder(decoded)).toEqual(junk);
    }),
    { seed: 4, numRuns: 50 },
  );
  expect(decodeThresholdOrder(bytes.subarray(1))).toBeNull();
  expect(decodeThresholdOrder(new Uint8Array(164).fill(255))).toBeNull();
});
