/** The pool of verification workers beside bare checks: what slots, messages, ids and addresses cost. */
import { InvariantError } from "#base";
import { createVerifyPool, type VerifyPool } from "#crypto/native";
import { chainIdOf } from "#spec";
import type { BenchOptions, BenchRow } from "./bench-row.ts";
import { besideFloor } from "./verify-floor.ts";
import { createWorkload, cut } from "./workload.ts";

const AT_ONCE = 8;

export async function run({ quick, report }: BenchOptions): Promise<readonly BenchRow[]> {
  const count = quick ? 5_000 : 50_000;
  const work = createWorkload(count, 1_000);
  const pool = createVerifyPool({ chainId: chainIdOf(work.spec) });
  try {
    report(`${count} signatures`);
    await pool.start();
    const { perSecond, floor } = await besideFloor(work, quick, async () => ({
      perSecond: await rateOf(pool, cut(work.transfers, 500)),
    }));
    return [
      {
        ...{ name: "signatures checked by the pool, in batches of 500", value: perSecond, unit: "1/s" },
        ...{ floor: floor.perSecond, ratio: perSecond / floor.perSecond },
      },
    ];
  } finally {
    await pool.stop();
    work.remove();
  }
}

async function rateOf(pool: VerifyPool, batches: readonly (readonly Uint8Array[])[]): Promise<number> {
  let next = 0;
  let checked = 0;
  const lane = async (): Promise<void> => {
    while (next < batches.length) {
      const verified = await pool.verify(batches[next++]!);
      if (verified.some(({ valid }) => !valid)) throw new InvariantError("a signature of the workload is false");
      checked += verified.length;
    }
  };
  const begin = performance.now();
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return checked / ((performance.now() - begin) / 1_000);
}
