/** Hash rate over the last minutes, drawn by uPlot; loaded only where it is shown. */
import { useEffect, useMemo, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { withPrefix } from "../app/overview/chain-stats.ts";
import { type Tokens, useTokens } from "../ui/index.ts";
import type { RateSample } from "./page-miner.ts";

const TOKENS = ["ink-faint", "line", "accent", "accent-soft"] as const;
const FONT = "11px system-ui, sans-serif";

export function RateChart({ samples }: { readonly samples: readonly RateSample[] }) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const colours = useTokens(TOKENS);
  const data = useMemo<uPlot.AlignedData>(
    () => [samples.map(({ timeS }) => timeS), samples.map(({ perSecond }) => perSecond)],
    [samples],
  );
  const latest = useRef(data);
  latest.current = data;

  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const size = (): { width: number; height: number } => ({
      width: element.clientWidth,
      height: element.clientHeight,
    });
    const drawn = new uPlot(chartOptions(size(), colours), latest.current, element);
    plot.current = drawn;
    const observer = new ResizeObserver(() => drawn.setSize(size()));
    observer.observe(element);
    return () => {
      observer.disconnect();
      drawn.destroy();
      plot.current = null;
    };
  }, [colours]);
  useEffect(() => plot.current?.setData(data), [data]);

  const [now, prefix] = withPrefix(Math.round(samples.at(-1)?.perSecond ?? 0));
  return (
    <div
      ref={box}
      role="img"
      aria-label={`Hash rate over the last ${samples.length} seconds; now ${now} ${prefix}H/s`}
      className="h-full overflow-hidden"
    />
  );
}

function chartOptions(
  size: { width: number; height: number },
  colours: Tokens<(typeof TOKENS)[number]>,
): uPlot.Options {
  const axis: uPlot.Axis = {
    stroke: colours["ink-faint"],
    font: FONT,
    grid: { stroke: colours.line, width: 1 },
    ticks: { show: false },
  };
  return {
    ...size,
    padding: [6, 8, 0, 0],
    legend: { show: false },
    cursor: { y: false },
    scales: { y: { range: (_, __, high) => [0, Math.max(1, high * 1.15)] } },
    axes: [
      { ...axis, size: 26, space: 90, grid: { show: false }, values: (_, times) => times.map(clockText) },
      { ...axis, size: 56, values: (_, rates) => rates.map((rate) => withPrefix(rate).join(" ")) },
    ],
    series: [{}, { stroke: colours.accent, width: 1.5, fill: colours["accent-soft"], points: { show: false } }],
  };
}

/** The time of day, local, to the second. */
function clockText(timeS: number): string {
  return new Date(1_000 * timeS).toLocaleTimeString(undefined, { hour12: false });
}
