/** Charts of a pool: hash rate and shares by the minute, effort by the round. */
import { lazy, Suspense, useState } from "react";
import type { PoolLuck, PoolSample } from "#api/contract";
import { withPrefix } from "../app/overview/chain-stats.ts";
import { Card, EmptyState, plural, SkeletonRows, useNowMs } from "../ui/index.ts";
import { fillMinutes } from "./fill-minutes.ts";
import { percent } from "./words.ts";

const SeriesChart = lazy(async () => ({ default: (await import("./series-chart.tsx")).SeriesChart }));
const MINUTE_MS = 60_000;

/** By the minute; the choice between the two is the reader's. */
export function RateCard({
  samples,
  title,
}: {
  readonly samples: readonly PoolSample[] | undefined;
  readonly title: string;
}) {
  const [what, setWhat] = useState<"rate" | "shares">("rate");
  const minute = Math.floor(useNowMs() / MINUTE_MS) * MINUTE_MS;
  const { timesS, hashRates, shares } = fillMinutes(samples ?? [], minute);
  const isRate = what === "rate";
  const ys = isRate ? hashRates : shares;
  const format = (value: number): string => (isRate ? `${withPrefix(value).join(" ")}H/s` : String(value));
  return (
    <Card
      title={title}
      action={
        <fieldset className="flex gap-1" aria-label="What is drawn">
          {(["rate", "shares"] as const).map((name) => (
            <button
              key={name}
              type="button"
              aria-pressed={what === name}
              onClick={() => setWhat(name)}
              className="h-7 rounded-control px-2 text-ink-soft text-xs hover:bg-sunken aria-pressed:bg-sunken aria-pressed:font-medium aria-pressed:text-ink"
            >
              {name === "rate" ? "Hash rate" : "Shares"}
            </button>
          ))}
        </fieldset>
      }
    >
      {samples === undefined ? (
        <SkeletonRows rows={4} />
      ) : timesS.length < 2 ? (
        <EmptyState icon="pulse" title="Nothing to draw yet">
          Each point is a minute: it takes two of them with shares.
        </EmptyState>
      ) : (
        <Suspense fallback={<SkeletonRows rows={4} />}>
          <SeriesChart
            xs={timesS}
            ys={ys}
            kind="time"
            format={format}
            label={`${isRate ? "Hash rate" : "Shares"} by the minute, over ${plural(timesS.length, "minute")}; last ${format(ys.at(-1) ?? 0)}`}
          />
        </Suspense>
      )}
    </Card>
  );
}

const ROUNDS_SHOWN = 60;

/** One bar a round: 100 % is as long as usual, above is bad luck. */
export function EffortCard({ luck }: { readonly luck: PoolLuck | undefined }) {
  const rounds = luck?.rounds.slice(0, ROUNDS_SHOWN).toReversed() ?? [];
  return (
    <Card title="Effort by round">
      {luck === undefined ? (
        <SkeletonRows rows={4} />
      ) : rounds.length === 0 ? (
        <EmptyState icon="blocks" title="No block yet">
          When a miner of the pool finds one, its round ends, and the work that it took is drawn here.
        </EmptyState>
      ) : (
        <Suspense fallback={<SkeletonRows rows={4} />}>
          <SeriesChart
            xs={rounds.map(({ round }) => round)}
            ys={rounds.map(({ effort }) => effort)}
            kind="rounds"
            mark={1}
            format={(value) => percent(value, 0)}
            label={`Effort of the last ${plural(rounds.length, "round")}; 100 % is as long as usual, the last took ${percent(rounds.at(-1)!.effort)}`}
          />
        </Suspense>
      )}
    </Card>
  );
}
