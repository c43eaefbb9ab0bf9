import { asKey, toHex } from "#base";
import { engineFor, type SealJob, searchNonce } from "#consensus";
import { builtInSpec, type WorkChainSpec } from "#spec";
import { signerOf, stakeSpec, tableMemory } from "../support/stake.ts";
import { describeEngine, type EngineHarness } from "./engine.ts";

function powHarness(spec: WorkChainSpec, blocks: number): EngineHarness {
  return {
    spec,
    blocks,
    spacingMs: spec.engine.spacingMs,
    producers: [{ key: asKey(new Uint8Array(32)), reveal: () => null }],
    create: (chain, chainId) => engineFor(chain, chainId),
    execute: () => [],
    solve,
    timeFault: "header-time",
  };
}

function solve(job: SealJob): Uint8Array {
  if (job.kind !== "search") throw new Error("work is searched, not signed");
  for (let round = 0; ; round++) {
    const rolled = job.roll(round);
    const nonce = searchNonce(rolled, { from: 0, count: 2 ** 20 });
    if (nonce !== null) return rolled.seal(nonce);
  }
}

const test = builtInSpec("test");
/** Retargets like the test chain, but from where a hash or two are enough. */
const easy: WorkChainSpec = { ...test, name: "easy", engine: { ...test.engine, limitBits: 0x207fffff } };

describeEngine("pow, dev chain", powHarness(builtInSpec("dev"), 25));
describeEngine("pow, test chain", powHarness(test, 10));
describeEngine("pow, retargeting from an easy limit", powHarness(easy, 300));

/** @param weights of the validators, who all produce and vote */
function posHarness(weights: readonly bigint[], blocks: number): EngineHarness {
  const spec = stakeSpec(weights);
  const signers = weights.map((_, index) => signerOf(index));
  const memory = tableMemory(spec);
  return {
    spec,
    blocks,
    spacingMs: spec.engine.slotMs,
    producers: signers.map(({ me }) => me),
    create: (chain, chainId) => engineFor(chain, chainId, memory),
    execute: memory.execute,
    solve(job) {
      if (job.kind !== "sign") throw new Error("draws are signed, not searched");
      const signer = signers.find(({ me }) => toHex(me.key) === toHex(job.key))!;
      return job.seal(signer.sign(job.message));
    },
    timeFault: "slot-misaligned",
  };
}

describeEngine("pos, one validator owns everything", posHarness([1_000n], 120));
describeEngine("pos, several validators", posHarness([40n, 20n, 15n, 10n, 5n, 5n, 5n], 120));
