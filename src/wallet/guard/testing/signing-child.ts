/**
 * Signs blocks and votes without end, and says each one after it was signed. It knows nothing of what it signed before
 * it was started: it asks for slots and epochs around a given one, old ones and contradicting ones among them.
 */
import { writeSync } from "node:fs";
import { asHash, seededRandom, toHex } from "#base";
import { ed25519PublicKey } from "#crypto";
import type { SigningClaim } from "../protection.ts";
import { openSigningGuard } from "../signing-guard.ts";

export const CHILD_CHAIN_ID = asHash(new Uint8Array(32).fill(3));
export const CHILD_SEED = new Uint8Array(32).fill(8);
const STDOUT = 1;

if (process.argv[1] === import.meta.filename) {
  const [, , folder, from, seed] = process.argv as [string, string, string, string, string];
  const random = seededRandom(Number(seed));
  const key = ed25519PublicKey(CHILD_SEED);
  const guard = await openSigningGuard({ folder: folder, chainId: CHILD_CHAIN_ID });
  if (guard.protections().length === 0) await guard.register(key);
  for (let at = Number(from); ; at++) {
    const around = Math.max(1, at - 6 + random.below(8));
    const source = Math.max(0, at - 10 + random.below(10));
    const claim: SigningClaim =
      random.below(2) === 0 ? { domain: "block", slot: around } : { domain: "vote", source, target: around };
    const message = asHash(random.bytes(32));
    const signed = await guard.sign({ message, key, guard: claim, seal: (signature) => signature }, CHILD_SEED);
    if (signed.ok)
      writeSync(STDOUT, `${JSON.stringify({ ...claim, message: toHex(message), signature: toHex(signed.value) })}\n`);
  }
}
