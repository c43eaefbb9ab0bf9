import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { asAddress } from "#base";
import { formatAddress } from "#crypto";
import { formatPaymentUri, type PaymentRequest, parsePaymentUri } from "./payment-uri.ts";

const address = asAddress(new Uint8Array(20).fill(9));
const text = formatAddress(address, "tagon");
const bare: PaymentRequest = { address, amountAtoms: null, label: null, message: null };

test("written", () => {
  expect(formatPaymentUri(bare, "tagon")).toBe(`agon:${text}`);
  expect(formatPaymentUri({ ...bare, amountAtoms: 150_000_000n, label: "Ann & Bob", message: "50 %" }, "tagon")).toBe(
    `agon:${text}?amount=1.5&label=Ann%20%26%20Bob&message=50%20%25`,
  );
});

test("read", () => {
  const read = (uri: string) => parsePaymentUri(uri, "tagon");
  expect(read(`agon:${text}`)).toEqual({ ok: true, value: bare });
  expect(read(`AGON:${text.toUpperCase()}?`)).toEqual({ ok: true, value: bare });
  expect(read(`agon:${text}?label=a+b?c=d&amount=0.1&unknown&x=y`)).toEqual({
    ok: true,
    value: { ...bare, amountAtoms: 10_000_000n, label: "a+b?c=d" },
  });
});

test("there and back, whatever the label", () => {
  const texts = fc.option(fc.string({ unit: "grapheme", maxLength: 60 }));
  fc.assert(
    fc.property(fc.bigInt({ min: 1n, max: 2n ** 64n - 1n }), texts, texts, (amountAtoms, label, message) => {
      const request = { address, amountAtoms, label, message };
      const uri = formatPaymentUri(request, "tagon");
      if (uri.length <= 2048) expect(parsePaymentUri(uri, "tagon")).toEqual({ ok: true, value: request });
    }),
  );
});

describe("refused", () => {
  test.each([
    ["", "payment-uri-malformed"],
    [text, "payment-uri-malformed"],
    [`bitcoin:${text}`, "payment-uri-malformed"],
    [`agon:${text}?amount=`, "payment-uri-malformed"],
    [`agon:${text}?amount=1e2`, "payment-uri-malformed"],
    [`agon:${text}?amount=-1`, "payment-uri-malformed"],
    [`agon:${text}?amount=0`, "payment-uri-malformed"],
    [`agon:${text}?amount=1&amount=2`, "payment-uri-malformed"],
    [`agon:${text}?label=%zz`, "payment-uri-malformed"],
    [`agon:${text}?label=${"x".repeat(2048)}`, "payment-uri-malformed"],
    [`agon:${text}?req-multisig=1`, "payment-uri-unsupported"],
    [`agon:${text.slice(0, -1)}`, "address-malformed"],
    ["agon:?amount=1", "address-malformed"],
    [`agon:${formatAddress(address, "agon")}`, "address-wrong-network"],
  ])("%s", (uri, code) => {
    expect(parsePaymentUri(uri, "tagon")).toMatchObject({ ok: false, error: { code } });
  });
});
