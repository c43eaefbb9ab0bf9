import { expect, test } from "vitest";
import { asHash } from "#base";
import { createVerifyPool, transactionDigests } from "#crypto/native";
import { MAX_OUTPUTS, signingHash } from "#model";
import { buildRecord, buildTransfer, devAccount } from "#wallet/core";

const chainId = asHash(new Uint8Array(32).fill(6));
const { seed, address } = devAccount(2);
const output = { to: devAccount(3).address, amountAtoms: 1000n };

test("what is built here is what the verification workers take it for", () => {
  const pool = createVerifyPool({ chainId });
  const digests = transactionDigests(chainId);
  const options = { chainId, seed, nonce: 2 ** 40 };
  const built = [
    buildTransfer({ ...options, outputs: [output] }),
    buildTransfer({ ...options, outputs: new Array(MAX_OUTPUTS).fill(output) }),
    buildRecord({ ...options, record: { mediaType: 0, data: new Uint8Array(0) } }),
    buildRecord({ ...options, record: { mediaType: 1, data: new Uint8Array(16_384).fill(7) } }),
  ];
  for (const { bytes, id, from } of built) {
    expect(pool.verifyNow(bytes)).toEqual({ valid: true, id, sender: from });
    expect(digests.signingHash(bytes)).toEqual(signingHash(chainId, bytes));
  }
  expect(built[0]!.from).toEqual(address);
});
