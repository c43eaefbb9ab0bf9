/** Hash rate over the last minutes; loaded only where it is shown. */
import { useMemo } from "react";
import { withPrefix } from "../app/overview/chain-stats.ts";
import { Chart, type ChartLook } from "../ui/chart.tsx";
import type { RateSample } from "./page-miner.ts";

const LOOK: ChartLook = {
  ...{ isTime: true, xText: clockText, xSpace: 90, yWidth: 56, headroom: 1.15 },
  yText: (perSecond) => withPrefix(perSecond).join(" "),
};

export function RateChart({ samples }: { readonly samples: readonly RateSample[] }) {
  const data = useMemo<[number[], number[]]>(
    () => [samples.map(({ timeS }) => timeS), samples.map(({ perSecond }) => perSecond)],
    [samples],
  );
  const [now, prefix] = withPrefix(Math.round(samples.at(-1)?.perSecond ?? 0));
  return (
    <Chart
      look={LOOK}
      data={data}
      label={`Hash rate over the last ${samples.length} seconds; now ${now} ${prefix}H/s`}
    />
  );
}

/** The time of day, local, to the second. */
function clockText(timeS: number): string {
  return new Date(1_000 * timeS).toLocaleTimeString(undefined, { hour12: false });
}
