import type { Hash } from "#base";
import { encodeSignedSeal } from "#model";
import type { SignJob } from "../engine.ts";
import type { LotteryClaim } from "./claim-seal.ts";

/** A signature over the seal hash, once for each slot (rules STAKE-6 and STAKE-20). */
export function createSealJob(slot: number, sealHash: Hash, { signer: key }: LotteryClaim): SignJob {
  return {
    kind: "sign",
    message: sealHash,
    key,
    guard: { domain: "block", slot },
    seal: (signature) => encodeSignedSeal({ key, signature }),
  };
}
