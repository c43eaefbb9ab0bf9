/** One series over time or over rounds, drawn by uPlot; loaded only where it is shown. */
import { useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { type Tokens, useTokens } from "../ui/index.ts";

const TOKENS = ["ink-faint", "line", "accent", "accent-soft"] as const;
const FONT = "11px system-ui, sans-serif";
const BAR_WIDTH = 0.7;
const MAX_BAR_PIXELS = 28;
/** Of a young pool the line comes in from the right. */
const LEAST_SPAN_S = 600;
/** Points are minutes: finer than that there is nothing to name. */
const TIME_STEPS_S = [1, 2, 5, 10, 30, 60, 120, 240, 480].map((minutes) => 60 * minutes);

export interface SeriesChartProps {
  /** Seconds since 1970, or numbers of rounds. */
  readonly xs: readonly number[];
  readonly ys: readonly number[];
  /** In words, for those who do not see it. */
  readonly label: string;
  readonly kind: "time" | "rounds";
  readonly format: (value: number) => string;
  /** A dashed line at this height. */
  readonly mark?: number;
}

export function SeriesChart({ xs, ys, label, kind, format, mark }: SeriesChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const colours = useTokens(TOKENS);
  const data: uPlot.AlignedData = [[...xs], [...ys], xs.map(() => mark ?? null)];
  const latest = useRef(data);
  latest.current = data;
  const shown = useRef(format);
  shown.current = format;

  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const size = (): { width: number; height: number } => ({
      width: element.clientWidth,
      height: element.clientHeight,
    });
    const options = chartOptions(size(), colours, kind, (value) => shown.current(value));
    const drawn = new uPlot(options, latest.current, element);
    plot.current = drawn;
    const observer = new ResizeObserver(() => drawn.setSize(size()));
    observer.observe(element);
    return () => {
      observer.disconnect();
      drawn.destroy();
      plot.current = null;
    };
  }, [colours, kind]);
  useEffect(() => plot.current?.setData(data));

  return <div ref={box} role="img" aria-label={label} className="h-44 overflow-hidden" />;
}

function chartOptions(
  size: { width: number; height: number },
  colours: Tokens<(typeof TOKENS)[number]>,
  kind: "time" | "rounds",
  format: (value: number) => string,
): uPlot.Options {
  const faint = colours["ink-faint"];
  const axis: uPlot.Axis = {
    stroke: faint,
    font: FONT,
    grid: { stroke: colours.line, width: 1 },
    ticks: { show: false },
  };
  const look =
    kind === "time"
      ? { stroke: colours.accent, width: 1.5, fill: colours["accent-soft"], points: { show: false } }
      : {
          ...{ stroke: colours.accent, width: 0, fill: colours.accent, points: { show: false } },
          paths: uPlot.paths.bars!({ size: [BAR_WIDTH, MAX_BAR_PIXELS] }),
        };
  return {
    ...size,
    // The last time stands under the last point, and as wide on both sides.
    padding: [6, kind === "time" ? 20 : 8, 0, 0],
    legend: { show: false },
    cursor: { y: false },
    scales: {
      x:
        kind === "time"
          ? { range: (_, low, high) => [Math.min(low, high - LEAST_SPAN_S), high] }
          : { time: false, range: (_, low, high) => [low - 0.6, high + 0.6] },
      y: { range: (_, __, high) => [0, Math.max(1e-9, high * 1.1)] },
    },
    axes: [
      {
        ...axis,
        ...{ size: 26, space: 80, grid: { show: false } },
        ...(kind === "time" ? { incrs: TIME_STEPS_S } : {}),
        values: (_, at) => at.map(kind === "time" ? clockText : (round) => (Number.isInteger(round) ? `${round}` : "")),
      },
      // As wide as "8.00 MH/s".
      { ...axis, size: 72, values: (_, values) => values.map(format) },
    ],
    series: [{}, look, { stroke: faint, width: 1, dash: [4, 4], points: { show: false } }],
  };
}

function clockText(timeS: number): string {
  return new Date(1_000 * timeS).toLocaleTimeString(undefined, { hour12: false, hour: "2-digit", minute: "2-digit" });
}
