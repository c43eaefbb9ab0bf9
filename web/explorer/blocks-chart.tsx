/** Time between blocks over height, drawn by uPlot; loaded only where it is shown. */
import { useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { BlockSummary } from "#api/contract";
import { formatCount, type Tokens, useTokens } from "../ui/index.ts";

const TOKENS = ["ink-faint", "line", "accent", "accent-soft"] as const;
const FONT = "11px system-ui, sans-serif";

export function BlocksChart({
  blocks,
  wantedS,
}: {
  readonly blocks: readonly BlockSummary[];
  readonly wantedS: number;
}) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const colours = useTokens(TOKENS);
  const data = intervalsOf(blocks, wantedS);
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

  const seconds = data[1] as readonly number[];
  const longest = seconds.length === 0 ? 0 : Math.max(...seconds);
  return (
    <div
      ref={box}
      role="img"
      aria-label={`Seconds between the last ${seconds.length} blocks; the longest took ${longest.toFixed(1)}, ${wantedS} are wanted`}
      className="h-full overflow-hidden"
    />
  );
}

/** Heights, seconds since the block below, and the wanted seconds. */
function intervalsOf(blocks: readonly BlockSummary[], wantedS: number): uPlot.AlignedData {
  const heights: number[] = [];
  const seconds: number[] = [];
  for (let i = blocks.length - 2; i >= 0; i--) {
    if (blocks[i + 1]!.height === 0) continue;
    heights.push(blocks[i]!.height);
    seconds.push((blocks[i]!.timeMs - blocks[i + 1]!.timeMs) / 1000);
  }
  return [heights, seconds, heights.map(() => wantedS)];
}

function chartOptions(
  size: { width: number; height: number },
  colours: Tokens<(typeof TOKENS)[number]>,
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
    scales: { x: { time: false }, y: { range: (_, __, high) => [0, Math.max(1, high * 1.1)] } },
    axes: [
      {
        ...axis,
        size: 26,
        grid: { show: false },
        values: (_, heights) => heights.map((height) => (Number.isInteger(height) ? formatCount(height) : "")),
      },
      { ...axis, size: 40 },
    ],
    series: [
      {},
      { stroke: colours.accent, width: 1.5, fill: colours["accent-soft"], points: { show: false } },
      { stroke: faint, width: 1, dash: [4, 4], points: { show: false } },
    ],
  };
}
