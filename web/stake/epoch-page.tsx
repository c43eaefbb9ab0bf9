import { Link } from "@tanstack/react-router";
import type { EpochInfo, EpochSlot } from "#api/contract";
import { useEpoch } from "../client/index.ts";
import { QueryCard } from "../explorer/query-card.tsx";
import { useParam } from "../explorer/use-param.ts";
import {
  Amount,
  buttonClass,
  type Column,
  DataTable,
  exactTime,
  Facts,
  formatCount,
  Icon,
  PageHeading,
  TimeAgo,
  useNowMs,
  type Word,
  WordBadge,
} from "../ui/index.ts";
import { CheckpointLink } from "./epochs-page.tsx";
import { NoValidators, useHasNoValidators } from "./no-validators.tsx";
import { SlotCells, ValidatorLabel, VotesBar } from "./parts.tsx";
import { describeOpen } from "./waits.ts";
import { EPOCH_STATES, formatPpm } from "./words.ts";

/** One epoch, slot by slot. */
export function EpochPage() {
  const text = useParam("epoch");
  const number = /^\d{1,15}$/.test(text) ? Number(text) : null;
  const epoch = useEpoch(number);
  const none = useHasNoValidators();
  const title = `Epoch ${number === null ? text : formatCount(number)}`;
  return (
    <>
      <title>{`${title} · Agon`}</title>
      <PageHeading
        title={title}
        crumbs={[{ label: "Overview", to: "/" }, { label: "Epochs", to: "/epochs" }, { label: title }]}
        badge={epoch.data === undefined ? null : <WordBadge word={EPOCH_STATES[epoch.data.state]} />}
        actions={number === null ? null : <Neighbours epoch={number} isLast={epoch.data?.isPresent !== false} />}
      />
      {none ? (
        <NoValidators />
      ) : (
        <>
          <QueryCard query={epoch} missing="No such epoch" title="What it came to" rows={6}>
            {(found) => <EpochFacts epoch={found} />}
          </QueryCard>
          {epoch.data === undefined ? null : (
            <QueryCard query={epoch} missing="No such epoch" title="Its slots">
              {(found) => (
                <DataTable
                  label="Slots"
                  columns={COLUMNS}
                  rows={found.slots}
                  rowKey={({ slot }) => String(slot)}
                  dense
                />
              )}
            </QueryCard>
          )}
        </>
      )}
    </>
  );
}

function Neighbours({ epoch, isLast }: { readonly epoch: number; readonly isLast: boolean }) {
  return (
    <>
      {epoch === 0 ? null : (
        <Link to={`/epochs/${epoch - 1}`} className={buttonClass("plain", "small")}>
          <Icon name="arrowLeft" size={14} />
          {formatCount(epoch - 1)}
        </Link>
      )}
      {isLast ? null : (
        <Link to={`/epochs/${epoch + 1}`} className={buttonClass("plain", "small")}>
          {formatCount(epoch + 1)}
          <Icon name="arrowRight" size={14} />
        </Link>
      )}
    </>
  );
}

const MEANS: Readonly<Record<Exclude<EpochInfo["state"], "open">, string>> = {
  justified:
    "two thirds voted for its checkpoint; it is final when the next one has two thirds too, or with a later one",
  finalized: "everything up to its checkpoint can never be taken back",
};

function EpochFacts({ epoch }: { readonly epoch: EpochInfo }) {
  const now = useNowMs();
  return (
    <Facts
      facts={[
        { label: "State", value: epoch.state === "open" ? describeOpen(epoch, now) : MEANS[epoch.state] },
        { label: "Checkpoint", value: <CheckpointLink epoch={epoch} /> },
        {
          label: "Votes",
          value:
            epoch.epoch === 0 ? (
              "none: the first epoch has nothing to vote for"
            ) : (
              <div className="flex max-w-md flex-col gap-1.5">
                <span className="flex flex-wrap items-baseline gap-x-2">
                  <span className="tabular">{formatPpm(epoch.participationPpm)}</span>
                  <span className="text-ink-soft text-xs">
                    <Amount atoms={BigInt(epoch.voted)} unit={false} /> of <Amount atoms={BigInt(epoch.total)} /> at
                    stake
                  </span>
                </span>
                <VotesBar ppm={epoch.participationPpm} label={`Epoch ${epoch.epoch}`} />
              </div>
            ),
        },
        { label: "Slots", value: <SlotCells slots={epoch.slots} label={`Epoch ${epoch.epoch}`} /> },
        {
          label: "Time",
          value: (
            <>
              {exactTime(epoch.startMs)} · <TimeAgo timeMs={epoch.startMs} />
            </>
          ),
        },
      ]}
    />
  );
}

const SLOT_WORDS: Readonly<Record<EpochSlot["state"], Word>> = {
  made: { word: "made", tone: "accent", icon: "blocks" },
  missed: { word: "missed", tone: "bad", icon: "cross" },
  now: { word: "now", tone: "info", icon: "pulse" },
  ahead: { word: "to come", tone: "neutral", icon: "clock" },
};

const COLUMNS: readonly Column<EpochSlot>[] = [
  {
    key: "slot",
    header: "Slot",
    names: true,
    render: ({ slot }) => <span className="tabular">{formatCount(slot)}</span>,
  },
  { key: "state", header: "State", render: ({ state }) => <WordBadge word={SLOT_WORDS[state]} /> },
  {
    key: "leader",
    header: "Drawn",
    render: ({ leader, state }) =>
      leader === null ? (
        <span className="text-ink-faint">{state === "ahead" ? "not drawn yet" : "–"}</span>
      ) : (
        <ValidatorLabel address={leader} />
      ),
  },
  {
    key: "block",
    header: "Block",
    align: "right",
    render: ({ block }) =>
      block === null ? (
        <span className="text-ink-faint">–</span>
      ) : (
        <Link to={`/blocks/${block.hash}`} className="tabular underline underline-offset-3">
          {formatCount(block.height)}
        </Link>
      ),
  },
  { key: "time", header: "Begins", from: "sm", render: ({ timeMs }) => <TimeAgo timeMs={timeMs} plain /> },
];
