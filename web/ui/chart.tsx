/** A row of values as a line or as bars, drawn by uPlot. Not of the index: whoever shows a chart loads it when it is shown. */
import { useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { type Tokens, useTokens } from "./theme-colours.ts";

const TOKENS = ["ink-faint", "line", "accent", "accent-soft"] as const;
const FONT = "11px system-ui, sans-serif";
const BAR_WIDTH = 0.7;
const MAX_BAR_PIXELS = 28;

/** Must stay the same object: another one draws the chart anew. */
export interface ChartLook {
  /** A bar for each value, which stands over its x; a line without it. */
  readonly isBars?: boolean;
  /** Whether x is seconds since 1970, or a number. */
  readonly isTime: boolean;
  readonly xText: (x: number) => string;
  /** Least distance of the texts below, pixels. */
  readonly xSpace?: number;
  /** Distances that there may be between the texts below, in x. */
  readonly xSteps?: number[];
  /** From the lowest and highest x that there are, those that are drawn. */
  readonly xRange?: (low: number, high: number) => [number, number];
  readonly yText?: (y: number) => string;
  /** Room for the texts at the side, pixels. */
  readonly yWidth: number;
  /** Room right of the last value, pixels: half of its text below. */
  readonly endWidth?: number;
  /** How much of the highest value is above it, at least 1. */
  readonly headroom: number;
}

export interface ChartProps {
  readonly look: ChartLook;
  /** xs, ys and, for a dashed line, other ys; always as many of them. */
  readonly data: uPlot.AlignedData;
  /** In words, for those who do not see it. */
  readonly label: string;
}

export function Chart({ look, data, label }: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const colours = useTokens(TOKENS);
  const latest = useRef(data);
  latest.current = data;

  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const size = (): { width: number; height: number } => ({
      width: element.clientWidth,
      height: element.clientHeight,
    });
    const drawn = new uPlot(chartOptions(size(), colours, look, latest.current.length > 2), latest.current, element);
    plot.current = drawn;
    const observer = new ResizeObserver(() => drawn.setSize(size()));
    observer.observe(element);
    return () => {
      observer.disconnect();
      drawn.destroy();
      plot.current = null;
    };
  }, [colours, look]);
  useEffect(() => plot.current?.setData(data), [data]);

  return <div ref={box} role="img" aria-label={label} className="h-full overflow-hidden" />;
}

type Colours = Tokens<(typeof TOKENS)[number]>;

function chartOptions(
  size: { width: number; height: number },
  colours: Colours,
  look: ChartLook,
  hasOther: boolean,
): uPlot.Options {
  const { isTime, xText, xSpace, xSteps, xRange, yText, yWidth, endWidth = 8, headroom } = look;
  const faint = colours["ink-faint"];
  const axis: uPlot.Axis = {
    stroke: faint,
    font: FONT,
    grid: { stroke: colours.line, width: 1 },
    ticks: { show: false },
  };
  return {
    ...size,
    padding: [6, endWidth, 0, 0],
    legend: { show: false },
    cursor: { y: false },
    scales: {
      x: { time: isTime, ...(xRange === undefined ? {} : { range: (_, low, high) => xRange(low, high) }) },
      y: { range: (_, __, high) => [0, Math.max(1, high * headroom)] },
    },
    axes: [
      {
        ...axis,
        ...{ size: 26, grid: { show: false }, values: (_, xs) => xs.map(xText) },
        ...(xSpace === undefined ? {} : { space: xSpace }),
        ...(xSteps === undefined ? {} : { incrs: xSteps }),
      },
      { ...axis, size: yWidth, ...(yText === undefined ? {} : { values: (_, ys) => ys.map(yText) }) },
    ],
    series: [
      {},
      seriesLook(colours, look.isBars === true),
      ...(hasOther ? [{ stroke: faint, width: 1, dash: [4, 4], points: { show: false } }] : []),
    ],
  };
}

function seriesLook({ accent, "accent-soft": soft }: Colours, isBars: boolean): uPlot.Series {
  const points = { show: false };
  if (!isBars) return { stroke: accent, width: 1.5, fill: soft, points };
  return {
    ...{ stroke: accent, width: 0, fill: accent, points },
    paths: uPlot.paths.bars!({ size: [BAR_WIDTH, MAX_BAR_PIXELS] }),
  };
}
