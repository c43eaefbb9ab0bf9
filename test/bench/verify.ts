/** The pool of verification workers beside bare checks: what slots, messages, ids and addresses cost. */
import { createVerifyPool } from "#crypto/native";
import { chainIdOf } from "#spec";
import type { BenchOptions, BenchRow } from "./bench-row.ts";
import { bareRateOf } from "./verify-floor.ts";
import { createWorkload, cut } from "./workload.ts";

const AT_ONCE = 8;

export async function run({ quick, report }: BenchOptions): Promise<readonly BenchRow[]> {
  const count = quick ? 5_000 : 50_000;
  const work = createWorkload(count, 1_000);
  const pool = createVerifyPool({ chainId: chainIdOf(work.spec) });
  try {
    const before = await bareRateOf(work, quick);
    await pool.start();
    report(`${count} signatures`);
    const batches = cut(work.transfers, 500);
    let next = 0;
    const lane = async (): Promise<void> => {
      while (next < batches.length)
        if ((await pool.verify(batches[next++]!)).some(({ valid }) => !valid)) throw new Error("a signature is false");
    };
    const begin = performance.now();
    await Promise.all(Array.from({ length: AT_ONCE }, lane));
    const perSecond = count / ((performance.now() - begin) / 1_000);
    await pool.stop();
    const floor = (before + (await bareRateOf(work, quick))) / 2;
    return [
      {
        name: "signatures checked by the pool, in batches of 500",
        value: perSecond,
        unit: "1/s",
        floor,
        ratio: perSecond / floor,
      },
    ];
  } finally {
    await pool.stop();
    work.remove();
  }
}
