/** Searches in this thread at a fixed rate: a devnet's throttled miner, and the miner of simulations. */
import type { Clock } from "#base";
import { searchNonce } from "#consensus";
import { createRateMeter, type Sealer } from "./sealer.ts";

const STEP_MS = 50;
const NONCES = 2 ** 32;

export function createPacedSealer(hashesPerSecond: number, clock: Clock): Sealer {
  const perStep = Math.max(1, Math.round((hashesPerSecond * STEP_MS) / 1_000));
  const meter = createRateMeter(() => clock.nowMs());
  return {
    hashRate: () => meter.perSecond(),
    stop: async () => {},
    seal(job, signal) {
      return new Promise((resolve) => {
        let current = job;
        let tried = 0;
        let round = 0;
        const step = (): void => {
          if (signal.aborted) {
            resolve(null);
            return;
          }
          const nonce = searchNonce(current, { from: tried, count: perStep });
          meter.add(perStep);
          if (nonce !== null) {
            resolve(current.seal(nonce));
            return;
          }
          tried += perStep;
          if (tried >= NONCES) {
            tried = 0;
            current = job.roll(++round);
          }
          clock.after(STEP_MS, step);
        };
        clock.after(STEP_MS, step);
      });
    },
  };
}
