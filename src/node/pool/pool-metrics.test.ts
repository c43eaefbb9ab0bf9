import { expect, test } from "vitest";
import { createBus } from "#events";
import { createStratumMetrics } from "#stratum";
import { createPoolMetrics } from "./pool-metrics.ts";

test("answers are a histogram, in seconds", async () => {
  const stratum = createStratumMetrics();
  const events = createBus<never>(() => {});
  const registry = createPoolMetrics({ stratum, events, status: () => Promise.reject(new Error("not asked")) });
  for (const ms of [0.4, 9, 40, 3_000]) stratum.onAnswer(ms);
  const name = "agon_stratum_answer_seconds";
  const lines = (await registry.getSingleMetricAsString(name)).split("\n");
  expect(lines).toContain(`# TYPE ${name} histogram`);
  const counts = ["0.001", "0.005", "0.01", "0.05", "2.5", "+Inf"].map((le) =>
    Number(lines.find((line) => line.startsWith(`${name}_bucket{le="${le}"} `))?.split(" ")[1]),
  );
  expect(counts).toEqual([1, 1, 2, 3, 3, 4]);
  expect(lines).toContain(`${name}_count 4`);
  expect(lines).toContain(`${name}_sum 3.0494`);
});
