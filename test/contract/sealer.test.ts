import { createManualClock, systemClock } from "#base";
import { engineFor } from "#consensus";
import { createPacedSealer, createThreadSealer } from "#production";
import { driveFor, driveSettle } from "../support/drive.ts";
import { easyChainId, easySpec } from "../support/forge.ts";
import { describeSealer } from "./sealer.ts";

const engine = engineFor(easySpec, easyChainId);

describeSealer("paced", engine, () => {
  const clock = createManualClock(1_000_000);
  return {
    sealer: createPacedSealer(100_000, clock),
    settle: (promise) => driveSettle(clock, promise),
    work: () => driveFor(clock, 500),
  };
});

for (const threads of [1, 2])
  describeSealer(`${threads} threads`, engine, () => {
    const sealer = createThreadSealer(threads, systemClock());
    return {
      sealer,
      settle: (promise) => promise,
      async work() {
        const before = sealer.hashRate();
        while (sealer.hashRate() <= before) await new Promise((resolve) => setTimeout(resolve, 5));
      },
    };
  });
