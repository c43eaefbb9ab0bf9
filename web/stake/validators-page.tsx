import { Link } from "@tanstack/react-router";
import type { Validator, Validators } from "#api/contract";
import { ATOMS_PER_COIN } from "#model";
import { useFinality, useNames, useValidators } from "../client/index.ts";
import { QueryCard } from "../explorer/query-card.tsx";
import {
  Amount,
  Badge,
  buttonClass,
  type Column,
  DataTable,
  EmptyState,
  formatCount,
  PageHeading,
  plural,
  StatPanel,
  WordBadge,
} from "../ui/index.ts";
import { EpochClock } from "./epoch-clock.tsx";
import { NoValidators, useHasNoValidators } from "./no-validators.tsx";
import { OffencesCard } from "./offences-card.tsx";
import { ValidatorLabel } from "./parts.tsx";
import { RecentSlots } from "./recent-slots.tsx";
import { formatPpm, VALIDATOR_STATES } from "./words.ts";

/** Who makes the blocks, with what stake, and how well. */
export function ValidatorsPage() {
  const validators = useValidators();
  const none = useHasNoValidators();
  const { data } = validators;
  return (
    <>
      <title>Validators · Agon</title>
      <PageHeading
        title="Validators"
        crumbs={[{ label: "Overview", to: "/" }, { label: "Validators" }]}
        badge={
          data === undefined ? null : <Badge icon="validators">{plural(activeOf(data), "active", "active")}</Badge>
        }
        actions={
          <Link to="/epochs" className={buttonClass("plain", "small")}>
            Epochs
          </Link>
        }
      />
      {none ? (
        <NoValidators />
      ) : (
        <>
          <Figures validators={data} />
          <OffencesCard />
          <QueryCard query={validators} missing="No validators here" title="All who ever bonded" rows={7}>
            {(found) => <ValidatorsTable validators={found} />}
          </QueryCard>
        </>
      )}
    </>
  );
}

function activeOf({ items }: Validators): number {
  return items.filter(({ state }) => state === "active").length;
}

function Figures({ validators }: { readonly validators: Validators | undefined }) {
  const { data: finality } = useFinality();
  return (
    <section aria-label="Figures" className="grid grid-cols-2 gap-3 lg:grid-cols-4">
      <EpochClock validators={validators} />
      <StatPanel
        label="Stake in the table"
        value={validators && formatCount(Number(BigInt(validators.total) / ATOMS_PER_COIN))}
        unit="coins"
        hint="Weight of all who can be drawn in this epoch"
      />
      <StatPanel
        label="Voted for this epoch"
        value={finality && formatPpm(finality.votes.participationPpm)}
        unit="of 66.7 % needed"
        hint="Share of the stake whose votes are in blocks; two thirds justify the epoch's checkpoint"
      />
      <StatPanel
        label="Final"
        value={finality && formatCount(finality.finalized.height)}
        {...(finality === undefined ? {} : { unit: `${plural(finality.epochsBehind, "epoch")} behind` })}
        hint="The newest block that can never be taken back"
      />
    </section>
  );
}

function ValidatorsTable({ validators }: { readonly validators: Validators }) {
  const names = useNames();
  if (validators.items.length === 0)
    return (
      <EmptyState icon="validators" title="Nobody has bonded yet" command="agon stake bond 1000">
        Whoever bonds coins is drawn for slots in proportion to them, and is paid for blocks and votes.
      </EmptyState>
    );
  const heaviest = validators.items.reduce((most, { sharePpm }) => Math.max(most, sharePpm), 1);
  const columns = columnsFor(names, heaviest);
  const { epochs = 0 } = validators.items[0]?.performance ?? {};
  return (
    <>
      <DataTable label="Validators" columns={columns} rows={validators.items} rowKey={({ address }) => address} />
      <p className="border-line border-t px-4 py-2.5 text-ink-faint text-xs">
        Slots, votes and rewards are those of the last {plural(epochs, "epoch")} that this node has seen.
      </p>
    </>
  );
}

function columnsFor(names: ReadonlyMap<string, string>, heaviest: number): readonly Column<Validator>[] {
  return [
    {
      key: "validator",
      header: "Validator",
      names: true,
      sortBy: ({ address }) => names.get(address) ?? address,
      render: ({ address }) => <ValidatorLabel address={address} />,
    },
    {
      key: "state",
      header: "State",
      sortBy: ({ state }) => state,
      render: ({ state, why }) => <WordBadge word={VALIDATOR_STATES[state]} title={why} />,
    },
    {
      key: "stake",
      header: "Bonded, coins",
      align: "right",
      sortBy: ({ bonded }) => BigInt(bonded),
      render: ({ bonded }) => <Amount atoms={BigInt(bonded)} unit={false} />,
    },
    {
      key: "share",
      header: "Share",
      sortBy: ({ sharePpm }) => sharePpm,
      render: ({ sharePpm }) => <Share ppm={sharePpm} heaviest={heaviest} />,
    },
    {
      key: "slots",
      header: "Recent slots",
      from: "sm",
      sortBy: ({ performance: { proposed, slots } }) => (slots === 0 ? -1 : proposed / slots),
      render: ({ performance }) => <RecentSlots performance={performance} last={16} />,
    },
    {
      key: "votes",
      header: "Voted",
      align: "right",
      from: "md",
      sortBy: ({ performance: { voted, votable } }) => (votable === 0 ? -1 : voted / votable),
      render: ({ performance: { voted, votable } }) => (
        <span className="tabular" title={`in ${voted} of ${votable} epochs`}>
          {votable === 0 ? "–" : formatPpm((voted / votable) * 1_000_000)}
        </span>
      ),
    },
    {
      key: "rewards",
      header: "Rewards, coins",
      align: "right",
      from: "lg",
      sortBy: ({ performance }) => BigInt(performance.rewards.total),
      render: ({ performance }) => <Amount atoms={BigInt(performance.rewards.total)} unit={false} />,
    },
  ];
}

function Share({ ppm, heaviest }: { readonly ppm: number; readonly heaviest: number }) {
  return (
    <span className="flex items-center gap-2">
      <span aria-hidden="true" className="h-1.5 w-16 overflow-hidden rounded-full bg-sunken max-sm:hidden">
        <span className="block h-full rounded-full bg-accent-fill" style={{ width: `${(100 * ppm) / heaviest}%` }} />
      </span>
      <span className="tabular">{formatPpm(ppm)}</span>
    </span>
  );
}
