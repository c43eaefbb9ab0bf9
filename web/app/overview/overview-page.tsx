import { useFeature, useStatus } from "../../client/index.ts";
import { NetworkCard } from "../../network/network-card.tsx";
import { FinalityCard } from "../../stake/finality-card.tsx";
import { formatCount } from "../../ui/index.ts";
import { BlockStrip } from "./block-strip.tsx";
import { FeedCard } from "./feed-card.tsx";
import { StatRow } from "./stat-row.tsx";

/** Is it alive, what just happened, what can I do: on one screen. */
export function OverviewPage() {
  const { data: status } = useStatus();
  const hasValidators = useFeature("validators") === true;
  return (
    <>
      <title>
        {status === undefined ? "Agon" : `${formatCount(status.head.height)} · ${status.chain.name} · Agon`}
      </title>
      <h1 className="sr-only">Overview</h1>
      <BlockStrip />
      <StatRow />
      {hasValidators ? <FinalityCard /> : null}
      <div className="grid gap-4 lg:min-h-96 lg:flex-[1_1_0px] lg:grid-cols-[minmax(0,1.6fr)_minmax(0,1fr)] lg:grid-rows-[minmax(0,1fr)]">
        <NetworkCard className="min-h-0" />
        <FeedCard className="min-h-0" />
      </div>
    </>
  );
}
