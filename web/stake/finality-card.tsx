import { Link } from "@tanstack/react-router";
import type { Finality } from "#api/contract";
import { useFinality, useValidators } from "../client/index.ts";
import { Card, CopyButton, cx, ErrorState, formatCount, Skeleton, WordBadge } from "../ui/index.ts";
import { VotesBar } from "./parts.tsx";
import { describeWait } from "./waits.ts";
import { FINALITY_STATES, formatPpm } from "./words.ts";

/** What is final and why; with `checkpoint` also what is waited for, and what a late joiner should be given. */
export function FinalityCard({ checkpoint = false }: { readonly checkpoint?: boolean }) {
  const finality = useFinality();
  if (finality.data === undefined && finality.isError)
    return (
      <Card title="What is final">
        <ErrorState message={finality.error.message} retry={() => void finality.refetch()} />
      </Card>
    );
  return (
    <section
      aria-label="What is final"
      className="flex min-w-0 flex-col gap-2 rounded-card border border-line bg-card px-4 py-3 shadow-card"
    >
      {finality.data === undefined ? (
        <Skeleton className="h-11 w-full" />
      ) : (
        <FinalityFacts finality={finality.data} checkpoint={checkpoint} />
      )}
    </section>
  );
}

function FinalityFacts({ finality, checkpoint }: { readonly finality: Finality; readonly checkpoint: boolean }) {
  const { finalized, votes, why, state } = finality;
  return (
    <>
      <div className="grid items-center gap-x-6 gap-y-2 md:grid-cols-[auto_minmax(0,1fr)_minmax(10rem,18rem)]">
        <p className="flex flex-wrap items-center gap-2 text-sm">
          <WordBadge word={FINALITY_STATES[state]} />
          <span>
            final to block{" "}
            <Link
              to={`/blocks/${finalized.hash}`}
              className="font-semibold tabular-nums underline decoration-line-strong underline-offset-3 hover:decoration-current"
            >
              {formatCount(finalized.height)}
            </Link>
          </span>
        </p>
        <p
          className={cx("text-ink-soft text-sm md:min-h-10", !checkpoint && "md:line-clamp-2")}
          title={why}
          aria-live="polite"
        >
          {why}
        </p>
        <p className="flex items-center gap-2 text-xs">
          <span className="whitespace-nowrap text-ink-faint">votes, epoch {formatCount(votes.epoch)}</span>
          <VotesBar ppm={votes.participationPpm} label={`Votes for epoch ${votes.epoch}`} />
          <span className="tabular w-12 shrink-0 text-right">{formatPpm(votes.participationPpm)}</span>
        </p>
      </div>
      {checkpoint ? (
        <>
          <Waits finality={finality} />
          <LateJoiners text={finality.checkpoint} />
        </>
      ) : null}
    </>
  );
}

function Waits({ finality }: { readonly finality: Finality }) {
  const { data: validators } = useValidators();
  if (validators === undefined) return null;
  return (
    <p className="border-line border-t pt-2 text-sm">
      <span className="font-medium">Waits for</span> {describeWait(finality, validators.rules).join(" ")}
    </p>
  );
}

function LateJoiners({ text }: { readonly text: string }) {
  return (
    <p className="flex flex-wrap items-center gap-x-2 gap-y-1 border-line border-t pt-2 text-ink-soft text-xs">
      Somebody who joins late may trust this: <code className="tabular break-all text-ink">--checkpoint {text}</code>
      <CopyButton text={`--checkpoint ${text}`} what="checkpoint" />
    </p>
  );
}
