/** A line over a row of values, drawn by uPlot. Not of the index: whoever shows a chart loads it when it is shown. */
import { useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { type Tokens, useTokens } from "./theme-colours.ts";

const TOKENS = ["ink-faint", "line", "accent", "accent-soft"] as const;
const FONT = "11px system-ui, sans-serif";

/** Must stay the same object: another one draws the chart anew. */
export interface ChartLook {
  /** Whether x is seconds since 1970, or a number. */
  readonly isTime: boolean;
  readonly xText: (x: number) => string;
  /** Least distance of the texts below, pixels. */
  readonly xSpace?: number;
  readonly yText?: (y: number) => string;
  /** Room for the texts at the side, pixels. */
  readonly yWidth: number;
  /** How much of the highest value is above it, at least 1. */
  readonly headroom: number;
}

export interface LineChartProps {
  readonly look: ChartLook;
  /** xs, ys and, for a dashed line, other ys; always as many of them. */
  readonly data: uPlot.AlignedData;
  /** In words, for those who do not see it. */
  readonly label: string;
}

export function LineChart({ look, data, label }: LineChartProps) {
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

function chartOptions(
  size: { width: number; height: number },
  colours: Tokens<(typeof TOKENS)[number]>,
  { isTime, xText, xSpace, yText, yWidth, headroom }: ChartLook,
  hasOther: boolean,
): uPlot.Options {
  const faint = colours["ink-faint"];
  const axis: uPlot.Axis = {
    stroke: faint,
    font: FONT,
    grid: { stroke: colours.line, width: 1 },
    ticks: { show: false },
  };
  return {
    ...size,
    padding: [6, 8, 0, 0],
    legend: { show: false },
    cursor: { y: false },
    scales: { x: { time: isTime }, y: { range: (_, __, high) => [0, Math.max(1, high * headroom)] } },
    axes: [
      {
        ...axis,
        ...{ size: 26, grid: { show: false }, values: (_, xs) => xs.map(xText) },
        ...(xSpace === undefined ? {} : { space: xSpace }),
      },
      { ...axis, size: yWidth, ...(yText === undefined ? {} : { values: (_, ys) => ys.map(yText) }) },
    ],
    series: [
      {},
      { stroke: colours.accent, width: 1.5, fill: colours["accent-soft"], points: { show: false } },
      ...(hasOther ? [{ stroke: faint, width: 1, dash: [4, 4], points: { show: false } }] : []),
    ],
  };
}
