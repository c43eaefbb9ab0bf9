import { expect, it } from "vitest";
import { toHex } from "#base";
import { checkProof } from "#ledger";
import { devAccount } from "#wallet/core";
import { forgeBlock, openTestChain } from "../../test/support/forge.ts";

it("a proof asked for while a block is being written is one of the block that is named with it", async () => {
  const { chain } = await openTestChain();
  const { address } = devAccount(1);
  for (let round = 0; round < 3; round++) {
    const importing = chain.import([{ block: forgeBlock(chain) }]);
    // The state is ahead of the head by now, or will be in a moment.
    const proofs = await Promise.all([
      chain.proveAccount(address),
      Promise.resolve().then(() => chain.proveAccount(address)),
    ]);
    await importing;
    for (const { proof, head } of proofs) {
      expect(checkProof(head.header.stateRoot, "account", address, proof).ok).toBe(true);
      expect(toHex(head.id)).toBe(toHex(chain.head.id));
      expect(chain.isOnChain(head)).toBe(true);
    }
  }
});
