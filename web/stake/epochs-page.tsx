import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import type { EpochInfo } from "#api/contract";
import { EPOCHS_SHOWN, useEpochs, useFinality } from "../client/index.ts";
import { QueryCard } from "../explorer/query-card.tsx";
import {
  Button,
  buttonClass,
  EmptyState,
  formatCount,
  Hash,
  PageHeading,
  plural,
  TimeAgo,
  WordBadge,
} from "../ui/index.ts";
import { FinalityCard } from "./finality-card.tsx";
import { NoValidators, useHasNoValidators } from "./no-validators.tsx";
import { SlotCells, SlotLegend, VotesBar } from "./parts.tsx";
import { EPOCH_STATES, FINALITY_STATES, formatPpm } from "./words.ts";

/** Epoch by epoch: who made the blocks, how the votes stood, what became final. `?from=` stands still. */
export function EpochsPage() {
  const { from } = useSearch({ strict: false }) as { readonly from?: unknown };
  const start = typeof from === "number" && Number.isSafeInteger(from) && from >= 0 ? from : null;
  const epochs = useEpochs(start);
  const { data: finality } = useFinality();
  const none = useHasNoValidators();
  return (
    <>
      <title>Epochs · Agon</title>
      <PageHeading
        title="Epochs"
        crumbs={[{ label: "Overview", to: "/" }, { label: "Epochs" }]}
        badge={
          finality === undefined ? null : <WordBadge word={FINALITY_STATES[finality.state]} title={finality.why} />
        }
        actions={
          <Link to="/validators" className={buttonClass("plain", "small")}>
            Validators
          </Link>
        }
      />
      {none ? (
        <NoValidators />
      ) : (
        <>
          <FinalityCard checkpoint />
          <QueryCard query={epochs} missing="No epochs here" title="Newest first" rows={EPOCHS_SHOWN}>
            {(page) => (
              <>
                <div className="border-line border-b px-4 py-2.5">
                  <SlotLegend />
                </div>
                {page.items.length === 0 ? (
                  <EmptyState icon="epochs" title="So far back nothing is kept">
                    A node remembers the last 64 epochs slot by slot; their blocks stay for good.
                  </EmptyState>
                ) : (
                  <ol aria-label="Epochs" className="divide-y divide-line">
                    {page.items.map((epoch) => (
                      <EpochRow key={epoch.epoch} epoch={epoch} />
                    ))}
                  </ol>
                )}
              </>
            )}
          </QueryCard>
          <Pager start={start} older={epochs.data?.nextFrom ?? null} />
        </>
      )}
    </>
  );
}

function EpochRow({ epoch }: { readonly epoch: EpochInfo }) {
  return (
    <li
      data-epoch={epoch.epoch}
      className="grid items-center gap-x-4 gap-y-2 px-4 py-3 text-sm sm:grid-cols-[9rem_minmax(0,1fr)] lg:grid-cols-[9rem_minmax(0,1.3fr)_minmax(0,1fr)_10rem]"
    >
      <span className="flex items-center gap-2">
        <Link
          to={`/epochs/${epoch.epoch}`}
          className="font-semibold tabular-nums underline decoration-line-strong underline-offset-3 hover:decoration-current"
        >
          {formatCount(epoch.epoch)}
        </Link>
        <WordBadge word={EPOCH_STATES[epoch.state]} />
      </span>
      <SlotCells slots={epoch.slots} label={`Epoch ${epoch.epoch}`} />
      <span className="flex items-center gap-2 max-lg:sm:col-start-2">
        <VotesBar ppm={epoch.participationPpm} label={`Epoch ${epoch.epoch}`} />
        <span className="tabular w-14 shrink-0 text-right text-xs">
          {epoch.epoch === 0 ? "–" : formatPpm(epoch.participationPpm)}
        </span>
      </span>
      <span className="flex flex-col text-ink-soft text-xs max-lg:sm:col-start-2">
        <span>
          {plural(epoch.blocks, "block")}, {formatCount(epoch.missedSlots)} missed
        </span>
        {epoch.isPresent ? <span>now</span> : <TimeAgo timeMs={epoch.startMs} plain />}
      </span>
    </li>
  );
}

/** The block that an epoch's votes are for. */
export function CheckpointLink({ epoch }: { readonly epoch: EpochInfo }) {
  if (epoch.checkpoint === null) return <span className="text-ink-soft">not there yet</span>;
  return (
    <span className="inline-flex flex-wrap items-center gap-x-2">
      block {formatCount(epoch.checkpoint.height)}
      <Hash value={epoch.checkpoint.hash} to={`/blocks/${epoch.checkpoint.hash}`} keep={6} />
    </span>
  );
}

function Pager({ start, older }: { readonly start: number | null; readonly older: number | null }) {
  const navigate = useNavigate();
  const go = (from: number | undefined): void =>
    void navigate({ to: "/epochs", search: from === undefined ? {} : { from } } as Parameters<typeof navigate>[0]);
  return (
    <nav aria-label="Pages" className="flex items-center justify-between gap-2">
      <span className="flex gap-2">
        {start === null ? null : (
          <>
            <Button onClick={() => go(undefined)}>Newest</Button>
            <Button icon="arrowLeft" onClick={() => go(start + EPOCHS_SHOWN)}>
              Newer
            </Button>
          </>
        )}
      </span>
      {older === null ? null : <Button onClick={() => go(older)}>Older</Button>}
    </nav>
  );
}
