/** Charts of a pool: hash rate and shares by the minute, effort by the round. */
import { lazy, Suspense, useState } from "react";
import type { PoolLuck, PoolSample } from "#api/contract";
import { withPrefix } from "../app/overview/chain-stats.ts";
import type { ChartLook } from "../ui/chart.tsx";
import { Card, EmptyState, plural, SkeletonRows, useNowMs } from "../ui/index.ts";
import { fillMinutes } from "./fill-minutes.ts";
import { percent } from "./words.ts";

const Chart = lazy(async () => ({ default: (await import("../ui/chart.tsx")).Chart }));
const MINUTE_MS = 60_000;
/** Of a young pool the line comes in from the right. */
const LEAST_SPAN_S = 600;

const MINUTES = {
  ...{ isTime: true, xText: clockText, xSpace: 80, headroom: 1.1 },
  // Points are minutes: finer than that there is nothing to name.
  xSteps: [1, 2, 5, 10, 30, 60, 120, 240, 480].map((minutes) => 60 * minutes),
  xRange: (low: number, high: number): [number, number] => [Math.min(low, high - LEAST_SPAN_S), high],
  // As wide as "8.00 MH/s", and half of a time of day.
  ...{ yWidth: 72, endWidth: 20 },
};
const RATE_LOOK: ChartLook = { ...MINUTES, yText: rateText };
const SHARES_LOOK: ChartLook = { ...MINUTES, yText: String };
const EFFORT_LOOK: ChartLook = {
  ...{ isBars: true, isTime: false, xSpace: 80, yWidth: 72, headroom: 1.1 },
  xText: (round) => (Number.isInteger(round) ? String(round) : ""),
  xRange: (low, high) => [low - 0.6, high + 0.6],
  yText: (effort) => percent(effort, 0),
};

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
  const format = isRate ? rateText : String;
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
          <div className="h-44">
            <Chart
              look={isRate ? RATE_LOOK : SHARES_LOOK}
              data={[[...timesS], [...ys]]}
              label={`${isRate ? "Hash rate" : "Shares"} by the minute, over ${plural(timesS.length, "minute")}; last ${format(ys.at(-1) ?? 0)}`}
            />
          </div>
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
          <div className="h-44">
            <Chart
              look={EFFORT_LOOK}
              data={[rounds.map(({ round }) => round), rounds.map(({ effort }) => effort), rounds.map(() => 1)]}
              label={`Effort of the last ${plural(rounds.length, "round")}; 100 % is as long as usual, the last took ${percent(rounds.at(-1)!.effort)}`}
            />
          </div>
        </Suspense>
      )}
    </Card>
  );
}

function rateText(perSecond: number): string {
  return `${withPrefix(perSecond).join(" ")}H/s`;
}

/** The time of day, local, to the minute. */
function clockText(timeS: number): string {
  return new Date(1_000 * timeS).toLocaleTimeString(undefined, { hour12: false, hour: "2-digit", minute: "2-digit" });
}
