import { Link } from "@tanstack/react-router";
import type { Validator } from "#api/contract";
import { useNames, useValidator, useValidators } from "../client/index.ts";
import { QueryCard } from "../explorer/query-card.tsx";
import { useParam } from "../explorer/use-param.ts";
import {
  Amount,
  buttonClass,
  cx,
  EmptyState,
  type Fact,
  Facts,
  formatCount,
  Hash,
  Identicon,
  Meter,
  PageHeading,
  plural,
  shorten,
  WordBadge,
} from "../ui/index.ts";
import { DutiesCard } from "./duties-card.tsx";
import { NoValidators, useHasNoValidators } from "./no-validators.tsx";
import { RecentSlots } from "./recent-slots.tsx";
import { UnbondingCard } from "./unbonding-card.tsx";
import { formatPpm, VALIDATOR_STATES } from "./words.ts";

/** One validator: what it has at stake, how it does, what it must do next. */
export function ValidatorPage() {
  const address = useParam("address");
  const validator = useValidator(address);
  const name = useNames().get(address);
  const none = useHasNoValidators();
  const { data } = validator;
  return (
    <>
      <title>{`${name ?? shorten(address, 6)} · Validators · Agon`}</title>
      <PageHeading
        title={
          <span className="flex items-center gap-2.5">
            <Identicon value={address} size={26} />
            {name ?? "Validator"}
          </span>
        }
        crumbs={[
          { label: "Overview", to: "/" },
          { label: "Validators", to: "/validators" },
          { label: name ?? shorten(address, 6) },
        ]}
        badge={data === undefined ? null : <WordBadge word={VALIDATOR_STATES[data.state]} title={data.why} />}
        actions={
          <Link to={`/accounts/${address}`} className={buttonClass("plain", "small")}>
            Its account
          </Link>
        }
      />
      {none ? (
        <NoValidators />
      ) : (
        <>
          <div className="grid items-start gap-4 lg:grid-cols-2">
            <QueryCard query={validator} missing="No such validator" title="Stake" rows={7}>
              {(found) => <Stake validator={found} />}
            </QueryCard>
            <QueryCard query={validator} missing="No such validator" title="How it does" rows={7}>
              {(found) => <Deeds validator={found} />}
            </QueryCard>
          </div>
          {data === undefined ? null : (
            <div className="grid items-start gap-4 lg:grid-cols-2">
              <DutiesCard address={address} state={data.state} />
              <UnbondingCard parts={data.unbonding} />
            </div>
          )}
        </>
      )}
    </>
  );
}

function Stake({ validator }: { readonly validator: Validator }) {
  const { data: validators } = useValidators();
  const waiting = BigInt(validator.bonded) - BigInt(validator.active);
  const facts: readonly (Fact | null)[] = [
    { label: "State", value: validator.why },
    { label: "Owner", value: <Hash value={validator.address} to={`/accounts/${validator.address}`} full copy /> },
    { label: "Bonded", value: <Amount atoms={BigInt(validator.bonded)} column /> },
    waiting === 0n ? null : { label: "Not counted yet", value: <Amount atoms={waiting} column /> },
    {
      label: "In this epoch's table",
      value: (
        <div className="flex flex-col gap-1.5">
          <Amount atoms={BigInt(validator.weight)} column />
          <span className="flex items-center gap-2">
            <Meter share={validator.sharePpm / 1_000_000} />
            <span className="tabular whitespace-nowrap text-xs">{formatPpm(validator.sharePpm)}</span>
          </span>
        </div>
      ),
    },
    validator.jailedUntilEpoch === null
      ? null
      : { label: "In jail until epoch", value: formatCount(validator.jailedUntilEpoch) },
    {
      label: "Slashed so far",
      value:
        validator.slashed === "0" ? (
          <span className="text-ink-soft">nothing</span>
        ) : (
          <Amount atoms={BigInt(validator.slashed)} column />
        ),
    },
    { label: "Signing key", value: <Hash value={validator.signingKey} full copy what="signing key" /> },
    validators === undefined
      ? null
      : {
          label: "An offence costs",
          value: `${formatPpm(validators.rules.slashPpm)} of all this, and ${plural(validators.rules.jailEpochs, "epoch")} in jail`,
        },
  ];
  return <Facts facts={facts} />;
}

function Deeds({ validator }: { readonly validator: Validator }) {
  const { performance } = validator;
  const { proposed, slots, missed, voted, votable, rewards } = performance;
  if (slots === 0 && votable === 0)
    return (
      <EmptyState icon="clock" title="Nothing to do yet">
        Once it stands in a table it is drawn for slots and votes in each epoch; what it makes of that shows here.
      </EmptyState>
    );
  return (
    <Facts
      facts={[
        {
          label: "Slots",
          value: (
            <div className="flex flex-col gap-1.5">
              <span>
                {plural(proposed, "block")} made, {formatCount(missed)} missed
              </span>
              <RecentSlots performance={performance} last={32} />
            </div>
          ),
        },
        {
          label: "Votes",
          value: (
            <div className="flex flex-col gap-1.5">
              <span>
                in {formatCount(voted)} of {plural(votable, "epoch")}
              </span>
              <RecentVotes votes={performance.recentVotes} />
            </div>
          ),
        },
        { label: "For blocks and fees", value: <Amount atoms={BigInt(rewards.blocks)} column /> },
        { label: "For votes", value: <Amount atoms={BigInt(rewards.votes)} column /> },
        rewards.reports === "0"
          ? null
          : { label: "For reports", value: <Amount atoms={BigInt(rewards.reports)} column /> },
        { label: "Rewards together", value: <Amount atoms={BigInt(rewards.total)} column signed /> },
        {
          label: "Seen",
          value: `in the last ${plural(performance.epochs, "epoch")}; since it first bonded ${plural(validator.blocks, "block")} and ${plural(validator.votes, "vote")}`,
        },
      ]}
    />
  );
}

function RecentVotes({ votes }: { readonly votes: Validator["performance"]["recentVotes"] }) {
  const given = votes.filter(({ voted }) => voted).length;
  return (
    <span
      role="img"
      aria-label={`voted in ${formatCount(given)} of the last ${plural(votes.length, "epoch")}`}
      className="flex flex-wrap gap-0.5"
    >
      {votes.map(({ epoch, voted }) => (
        <span
          key={epoch}
          title={voted ? `voted for epoch ${epoch}` : `no vote for epoch ${epoch}`}
          className={cx(
            "flex size-4 items-center justify-center rounded-xs text-[10px] leading-none",
            voted ? "bg-accent-soft text-accent" : "bg-bad-soft text-bad ring-1 ring-bad ring-inset",
          )}
        >
          {voted ? "✓" : "×"}
        </span>
      ))}
    </span>
  );
}
