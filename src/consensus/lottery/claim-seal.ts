/** What a drawn block claims, how it is signed, and its id (rule STAKE-6). */
import { asHash, blameSender, err, type Fault, type Hash, type Key, ok, type Result } from "#base";
import { taggedHash, verifySignature } from "#crypto";
import { decodeSignedSeal, type Header, type SignedSeal, sealHash } from "#model";
import type { Parsed } from "../engine.ts";

export interface LotteryClaim {
  /** What continues the signer's onion (rule STAKE-7); all that stands in the bytes. */
  readonly reveal: Hash;
  /** Who signs; of a block that is parsed, the key in its seal. */
  readonly signer: Key;
}

export type LotterySeal = SignedSeal;
export type LotteryBlock = Parsed<LotteryClaim, LotterySeal>;

const CLAIM_BYTES = 32;

/** Of genesis, which nobody was drawn for. */
export function genesisClaim(): Uint8Array {
  return new Uint8Array(CLAIM_BYTES);
}

/** A copy. */
export function encodeClaim({ reveal }: LotteryClaim): Uint8Array {
  return reveal.slice();
}

export function parseHeader(chainId: Hash, header: Header): Result<LotteryBlock, Fault> {
  if (header.claim.length !== CLAIM_BYTES)
    return err(blameSender("lottery-claim-malformed", { sizeBytes: header.claim.length }));
  const seal = decodeSignedSeal(header.seal);
  if (seal === null) return err(blameSender("lottery-seal-malformed", { sizeBytes: header.seal.length }));
  if (header.height < 1) return err(blameSender("header-height", { height: header.height }));
  const hash = sealHash(chainId, header);
  const id = taggedHash("agon/block/v1", chainId, hash, header.seal);
  return ok({ header, id, sealHash: hash, claim: { reveal: asHash(header.claim), signer: seal.key }, seal });
}

/** One signature check, about 50 µs. */
export function checkSignature({ sealHash: message, seal }: LotteryBlock): Result<void, Fault> {
  return verifySignature(seal.signature, message, seal.key) ? ok(undefined) : err(blameSender("seal-signature"));
}
