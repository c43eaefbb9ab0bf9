/** Time between blocks over height; loaded only where it is shown. */
import type { BlockSummary } from "#api/contract";
import { Chart, type ChartLook } from "../ui/chart.tsx";
import { formatCount } from "../ui/index.ts";

const LOOK: ChartLook = {
  ...{ isTime: false, yWidth: 40, headroom: 1.1 },
  xText: (height) => (Number.isInteger(height) ? formatCount(height) : ""),
};

export function BlocksChart({
  blocks,
  wantedS,
}: {
  readonly blocks: readonly BlockSummary[];
  readonly wantedS: number;
}) {
  const data = intervalsOf(blocks, wantedS);
  const [, seconds] = data;
  const longest = seconds.length === 0 ? 0 : Math.max(...seconds);
  return (
    <Chart
      look={LOOK}
      data={data}
      label={`Seconds between the last ${seconds.length} blocks; the longest took ${longest.toFixed(1)}, ${wantedS} are wanted`}
    />
  );
}

/** Heights, seconds since the block below, and the wanted seconds. */
function intervalsOf(blocks: readonly BlockSummary[], wantedS: number): [number[], number[], number[]] {
  const heights: number[] = [];
  const seconds: number[] = [];
  for (let i = blocks.length - 2; i >= 0; i--) {
    if (blocks[i + 1]!.height === 0) continue;
    heights.push(blocks[i]!.height);
    seconds.push((blocks[i]!.timeMs - blocks[i + 1]!.timeMs) / 1000);
  }
  return [heights, seconds, heights.map(() => wantedS)];
}
