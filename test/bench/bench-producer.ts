/** Who makes the blocks of the benchmarks' chains: searches, or signs and votes as the one validator there is. */
import { type Address, asKey, asSignature, InvariantError } from "#base";
import type { Chain, Producer } from "#chain";
import { type SealJob, searchNonce } from "#consensus";
import { addressOf, ed25519PublicKey, ed25519Sign } from "#crypto";
import type { Vote } from "#model";
import { type ChainSpec, DEV_ONION_DEPTH, devValidatorSeed, isSigned } from "#spec";
import { createOnion } from "#wallet";

const NONCES = 2 ** 24;

export interface BenchProducer extends Producer {
  seal(job: SealJob): Uint8Array;
  /** Its own vote, once for each epoch. */
  votes(chain: Chain): readonly Vote[];
}

export async function createBenchProducer(spec: ChainSpec): Promise<BenchProducer> {
  const secret = isSigned(spec.engine) ? devValidatorSeed(0) : new Uint8Array(32).fill(9);
  const key = asKey(ed25519PublicKey(secret));
  const address: Address = addressOf(key);
  const onion = isSigned(spec.engine) ? await createOnion({ secret, number: 0, depth: DEV_ONION_DEPTH }) : null;
  let votedEpoch = 0;
  return {
    me: { key, reveal: (tip) => onion?.reveal(tip) ?? null },
    address,
    seal(job) {
      if (job.kind === "sign") return job.seal(asSignature(ed25519Sign(job.message, secret)));
      const nonce = searchNonce(job, { from: 0, count: NONCES });
      if (nonce === null) throw new InvariantError("no nonce fits");
      return job.seal(nonce);
    },
    votes({ engine, head }) {
      const duty = engine.voting?.duty(head.snapshot, { key }, head.header.timeMs);
      if (duty?.kind !== "now" || duty.vote.target.epoch <= votedEpoch) return [];
      votedEpoch = duty.vote.target.epoch;
      return [{ ...duty.vote, signature: asSignature(ed25519Sign(duty.job.message, secret)) }];
    },
  };
}
