import { Link } from "@tanstack/react-router";
import { lazy, Suspense, useSyncExternalStore } from "react";
import { withPrefix } from "../app/overview/chain-stats.ts";
import {
  useBlock,
  useDevnetAccounts,
  useDevnetNodes,
  useFeature,
  useIsPoolServer,
  usePool,
  useStatus,
} from "../client/index.ts";
import {
  Badge,
  Card,
  CommandLine,
  EmptyState,
  ErrorState,
  formatCount,
  PageHeading,
  SkeletonRows,
  StatPanel,
} from "../ui/index.ts";
import { FoundCard } from "./found-card.tsx";
import { useKeptMiner } from "./miner-context.tsx";
import { createPageMiner, type MinerState } from "./page-miner.ts";
import { difficultyText, spanText } from "./span-text.ts";
import { StartCard } from "./start-card.tsx";

const RateChart = lazy(async () => ({ default: (await import("./rate-chart.tsx")).RateChart }));

/** Mining in the page, where blocks are searched; elsewhere it says so. */
export function MiningPage() {
  const status = useStatus();
  const nodes = useDevnetNodes();
  const accounts = useDevnetAccounts();
  const miner = useKeptMiner(createPageMiner);
  const state = useSyncExternalStore(miner.subscribe, miner.state);
  const hasPool = useFeature("pool") === true;
  const isPoolServer = useIsPoolServer();
  const isReady = nodes.data === null || accounts.data !== undefined;
  return (
    <>
      <title>Mining · Agon</title>
      <PageHeading
        title="Mining"
        crumbs={[{ label: "Overview", to: "/" }, { label: "Mining" }]}
        badge={state.kind === "mining" ? <Badge tone="good">mining</Badge> : undefined}
      />
      {status.data !== undefined && !status.data.features.includes("mining") ? (
        <Card>
          <EmptyState icon="pick" title="Blocks of this chain are not searched">
            They are earned in another way, so there is nothing to mine.
          </EmptyState>
        </Card>
      ) : status.isError && status.data === undefined ? (
        <Card>
          <ErrorState message={status.error.message} retry={() => void status.refetch()} />
        </Card>
      ) : status.data === undefined || !isReady ? (
        <Card>
          <SkeletonRows rows={6} />
        </Card>
      ) : isPoolServer ? (
        <AtPoolOnly />
      ) : (
        <>
          <div className="grid items-stretch gap-4 lg:grid-cols-[minmax(0,1fr)_minmax(0,1.4fr)]">
            <StartCard chain={status.data.chain} accounts={accounts.data ?? []} miner={miner} state={state} />
            <div className="flex min-w-0 flex-col gap-4">
              <MinerStats state={state} />
              <RateCard state={state} />
            </div>
          </div>
          <FoundCard found={state.found} />
          <OtherWays isDevnet={nodes.data !== null} hasPool={hasPool} />
        </>
      )}
    </>
  );
}

function MinerStats({ state }: { readonly state: MinerState }) {
  const { data: head } = useBlock("head");
  const work = state.work?.work ?? head?.work ?? null;
  const [rate, ratePrefix] = withPrefix(Math.round(state.hashRate));
  const [mean, meanPrefix] = withPrefix(state.totals?.hashRate ?? 0);
  const [span, spanUnit] = spanText(
    state.hashRate > 0 && work !== null ? Number(work.expectedHashes) / state.hashRate : Number.POSITIVE_INFINITY,
  );
  const { totals } = state;
  return (
    <section aria-label="Mining figures" className="grid grid-cols-2 gap-3 sm:grid-cols-3">
      <StatPanel label="Hash rate" value={rate} unit={`${ratePrefix}H/s`} hint="Of this page, over the last seconds" />
      <StatPanel label="Mean" value={mean} unit={`${meanPrefix}H/s`} hint="Of this page, since it started" />
      <StatPanel
        label="Found"
        value={formatCount(totals?.blocks ?? 0)}
        unit={totals?.blocks === 1 ? "block" : "blocks"}
        hint="By this page, since it started"
      />
      <StatPanel
        label="Difficulty"
        value={work !== null ? difficultyText(work.difficulty) : head === undefined ? undefined : "–"}
        hint="Expected hashes of a block, divided by 2³²"
      />
      <StatPanel
        label="Expected"
        value={span}
        unit={spanUnit === "" ? "" : `${spanUnit} a block`}
        hint="How long this page takes for a block on average, at its present rate"
      />
      <StatPanel
        label="In vain"
        value={((totals?.wasted.ratio ?? 0) * 100).toFixed(1)}
        unit="%"
        hint="Hashes of blocks that others had found already, and time spent waiting for work"
      />
    </section>
  );
}

function RateCard({ state }: { readonly state: MinerState }) {
  return (
    <Card title="Hash rate" className="min-h-60 flex-1">
      {state.samples.length < 2 ? (
        <EmptyState icon="pulse" title="Nothing measured yet">
          Start mining to see how fast this machine searches.
        </EmptyState>
      ) : (
        <div className="h-44 lg:h-full lg:min-h-44">
          <Suspense fallback={<SkeletonRows rows={4} />}>
            <RateChart samples={state.samples} />
          </Suspense>
        </div>
      )}
    </Card>
  );
}

const ANYBODY = "<address>";

function OtherWays({ isDevnet, hasPool }: { readonly isDevnet: boolean; readonly hasPool: boolean }) {
  const to = isDevnet ? "dev-3" : ANYBODY;
  return (
    <Card title="Faster: from the command line">
      <div className="flex flex-col items-start gap-3 text-ink-soft text-sm">
        <p>The same search, with all cores, for this node:</p>
        <CommandLine command={`agon mine --solo --to ${to} --api ${location.origin}`} />
        {hasPool ? (
          <>
            <p>
              Or for the <PoolLink />, which divides blocks among its miners by their work:
            </p>
            <AtPool isDevnet={isDevnet} />
          </>
        ) : (
          <>
            <p>Or for a pool that speaks Stratum, when you know one:</p>
            <CommandLine command={`agon mine --pool stratum+tcp://<host>:3333 --address ${ANYBODY}`} />
          </>
        )}
      </div>
    </Card>
  );
}

/** One line to point a miner at the pool of this server. */
function AtPool({ isDevnet }: { readonly isDevnet: boolean }) {
  const { data: pool, errorUpdateCount } = usePool();
  const accounts = useDevnetAccounts();
  const address = (isDevnet ? accounts.data?.[3]?.address : undefined) ?? ANYBODY;
  if (pool?.stratum[0] === undefined)
    return errorUpdateCount > 0 ? <p>It is away for now; its page says why.</p> : <SkeletonRows rows={1} />;
  return <CommandLine command={`agon mine --pool ${pool.stratum[0]} --address ${address}`} />;
}

function PoolLink() {
  return (
    <Link to="/pool" className="underline underline-offset-3">
      pool
    </Link>
  );
}

/** On a pool's own server: its node takes no orders from pages. */
function AtPoolOnly() {
  return (
    <Card title="Mine at this pool">
      <div className="flex flex-col items-start gap-3 text-ink-soft text-sm">
        <p>
          A page needs a node to mine, and this server is a <PoolLink />
          's. A miner on the command line connects to it:
        </p>
        <AtPool isDevnet={false} />
      </div>
    </Card>
  );
}
