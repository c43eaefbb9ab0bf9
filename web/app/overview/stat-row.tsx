import { ATOMS_PER_COIN } from "#model";
import { useBlock, useFeature, useRecentBlocks, useStatus, useTrends, useValidators } from "../../client/index.ts";
import { formatCount, StatPanel } from "../../ui/index.ts";
import { blockIntervalsS, hashRate, mean, meanThroughput, smooth, throughput, withPrefix } from "./chain-stats.ts";

/** Blocks over which rates are averaged. */
const WINDOW = 30;
/** The hash rate is measured from a block this many steps back, so that it is asked for seldom. */
const ANCHOR_STEP = 20;

/** Numbers, units, trends: is it alive, and how fast. */
export function StatRow() {
  const { data: status } = useStatus();
  const { data: recent } = useRecentBlocks();
  const trends = useTrends();
  const window = recent?.slice(0, WINDOW + 1) ?? [];
  const intervals = blockIntervalsS(window);
  const interval = mean(intervals);
  const rate = meanThroughput(window);
  return (
    <section
      aria-label="Figures"
      className="grid grid-cols-2 gap-3 sm:grid-cols-4 lg:grid-cols-7 max-lg:[&>*:last-child]:col-span-2"
    >
      <StatPanel
        label="Height"
        value={status && formatCount(status.head.height)}
        trend={window.flatMap((block) => (block.height === 0 ? [] : [block.timeMs])).toReversed()}
        hint="Blocks on the chain above genesis; the line shows their times"
      />
      <StatPanel
        label="Interval"
        value={interval === null ? recent && "–" : interval.toFixed(1)}
        unit={status === undefined ? "s" : `s of ${status.chain.spacingMs / 1000}`}
        trend={smooth(intervals, 3)}
        hint={`Mean time between the last ${WINDOW} blocks, and the time wanted`}
      />
      <StatPanel
        label="Throughput"
        value={rate === null ? recent && "–" : rate.toFixed(rate < 10 ? 1 : 0)}
        unit="tx/s"
        trend={smooth(throughput(window), 3)}
        hint={`Transactions a second in the last ${WINDOW} blocks`}
      />
      <StatPanel
        label="Mempool"
        value={status && formatCount(status.mempool.count)}
        unit="pending"
        trend={trends.mempool}
        hint="Transactions waiting for a block"
      />
      <StatPanel
        label="Peers"
        value={status && formatCount(status.peers)}
        trend={trends.peers}
        hint="Nodes that this node is connected to"
      />
      <FinalityPanel />
      <HashRatePanel />
    </section>
  );
}

/** Blocks of work are never final: what can be said is how deep a change has reached. */
function FinalityPanel() {
  const { data: status } = useStatus();
  const { deepestReorg } = useTrends();
  if (useFeature("validators") === true && status !== undefined)
    return (
      <StatPanel
        label="Final"
        value={formatCount(status.finalized.height)}
        unit={`${formatCount(status.head.height - status.finalized.height)} behind`}
        hint="The newest block that can never be taken back"
      />
    );
  return (
    <StatPanel
      label="Reorg depth"
      value={status && formatCount(deepestReorg)}
      unit="seen"
      hint="Blocks taken back by the deepest reorganisation seen since this page was opened. On a chain of work nothing is final; a block gets safer with every block above it."
    />
  );
}

/** Where blocks are drawn: whose stake makes them. */
function StakePanel() {
  const { data: validators } = useValidators();
  return (
    <StatPanel
      label="Coins at stake"
      value={validators && formatCount(Number(BigInt(validators.total) / ATOMS_PER_COIN))}
      hint="Bonded by the validators in the table of this epoch"
    />
  );
}

function HashRatePanel() {
  const { data: status } = useStatus();
  const { data: recent } = useRecentBlocks();
  const height = status?.head.height ?? 0;
  const anchorHeight = Math.max(1, Math.floor((height - 10) / ANCHOR_STEP) * ANCHOR_STEP);
  const anchor = useBlock(height > 1 ? String(anchorHeight) : null);
  if (status !== undefined && !status.features.includes("mining")) return <StakePanel />;
  const rate = status && anchor.data ? hashRate(anchor.data, status.head) : null;
  const perBlock = Number(anchor.data?.work?.expectedHashes ?? 0);
  const [number, prefix] = withPrefix(rate ?? 0);
  return (
    <StatPanel
      label="Hash rate"
      value={status === undefined ? undefined : rate === null ? "–" : number}
      unit={`${prefix}H/s`}
      trend={smooth(blockIntervalsS(recent?.slice(0, WINDOW + 1) ?? []), 5).map((s) => perBlock / Math.max(0.1, s))}
      hint="Hashes a second of the whole network, estimated from the work in the last blocks"
    />
  );
}
