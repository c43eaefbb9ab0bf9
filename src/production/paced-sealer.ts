/** Searches in this thread at a fixed rate: a devnet's throttled miner, and the miner of simulations. */
import { type Cancel, type Clock, every } from "#base";
import { searchNonce } from "#consensus";
import { createRateMeter } from "./miner/rate-meter.ts";
import type { Sealer } from "./sealer.ts";

const STEP_MS = 50;
const NONCES = 2 ** 32;

export function createPacedSealer(hashesPerSecond: number, clock: Clock): Sealer {
  const perStep = Math.max(1, Math.round((hashesPerSecond * STEP_MS) / 1_000));
  const meter = createRateMeter(() => clock.nowMs());
  const life = new AbortController();
  return {
    hashRate: () => meter.perSecond(),
    async stop() {
      life.abort();
    },
    seal(job, signal) {
      const end = AbortSignal.any([signal, life.signal]);
      return new Promise((resolve) => {
        if (end.aborted) return resolve(null);
        let cancel: Cancel = () => {};
        const finish = (seal: Uint8Array | null): void => {
          cancel();
          end.removeEventListener("abort", giveUp);
          resolve(seal);
        };
        const giveUp = (): void => finish(null);
        end.addEventListener("abort", giveUp, { once: true });
        let current = job;
        let tried = 0;
        let round = 0;
        cancel = every(clock, STEP_MS, () => {
          const count = Math.min(perStep, NONCES - tried);
          const nonce = searchNonce(current, { from: tried, count });
          meter.add(count);
          if (nonce !== null) return finish(current.seal(nonce));
          tried += count;
          if (tried < NONCES) return;
          tried = 0;
          current = job.roll(++round);
        });
      });
    },
  };
}
