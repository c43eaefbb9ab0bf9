import { expect, test } from "vitest";
import { asHash, utf8 } from "#base";
import { verifySignature } from "#crypto";
import { decodeRecord, decodeTransaction, decodeTransfer, signingHash, transactionId } from "#model";
import { buildRecord, buildTransfer, minFeeAtoms } from "./build-transaction.ts";
import { devAccount } from "./dev-account.ts";

const chainId = asHash(new Uint8Array(32).fill(1));
const [sender, receiver] = [devAccount(0), devAccount(1)];
const outputs = [{ to: receiver.address, amountAtoms: 5000n }];

test("a transfer is signed for one chain by its sender", () => {
  const built = buildTransfer({ chainId, seed: sender.seed, nonce: 3, outputs });
  const decoded = decodeTransaction(built.bytes);
  if (!decoded.ok) throw new Error(decoded.error.code);
  expect(decoded.value).toEqual(built.transaction);
  expect(built).toMatchObject({ from: sender.address, id: transactionId(chainId, built.bytes) });
  expect(decoded.value).toMatchObject({ nonce: 3, feeAtoms: BigInt(built.bytes.length) * 10n, sender: sender.key });
  expect(decodeTransfer(decoded.value.payload)).toEqual({ ok: true, value: outputs });
  const { signature } = decoded.value;
  expect(verifySignature(signature, signingHash(chainId, built.bytes), sender.key)).toBe(true);
  const otherChain = asHash(new Uint8Array(32).fill(2));
  expect(verifySignature(signature, signingHash(otherChain, built.bytes), sender.key)).toBe(false);
});

test("a record carries its bytes; the fee may be chosen", () => {
  const record = { mediaType: 0, data: utf8('{"a":1}') } as const;
  const { transaction, bytes } = buildRecord({ chainId, seed: sender.seed, nonce: 0, feeAtoms: 9999n, record });
  expect(transaction.feeAtoms).toBe(9999n);
  expect(decodeRecord(transaction.payload)).toEqual({ ok: true, value: record });
  expect(minFeeAtoms(transaction.payload.length)).toBe(BigInt(bytes.length) * 10n);
  expect(minFeeAtoms(0, 3n)).toBe(354n);
});

test("what cannot be said is refused before it is signed", () => {
  const options = { chainId, seed: sender.seed, nonce: 0 };
  expect(() => buildTransfer({ ...options, outputs: [] })).toThrow(RangeError);
  expect(() => buildTransfer({ ...options, nonce: -1, outputs })).toThrow(RangeError);
  expect(() => buildRecord({ ...options, record: { mediaType: 1, data: new Uint8Array(16_385) } })).toThrow(RangeError);
});
