import { asKey } from "#base";
import { engineFor, type SealJob, searchNonce } from "#consensus";
import { builtInSpec, type WorkChainSpec } from "#spec";
import { describeEngine, type EngineHarness } from "./engine.ts";

function powHarness(spec: WorkChainSpec, blocks: number): EngineHarness {
  return {
    spec,
    blocks,
    spacingMs: spec.engine.spacingMs,
    me: { key: asKey(new Uint8Array(32)), reveal: () => null },
    create: engineFor,
    solve,
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
