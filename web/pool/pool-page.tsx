import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { PoolInfo, PoolLuck, PoolMinerLine, PoolSample } from "#api/contract";
import { parseAddress } from "#crypto";
import { withPrefix } from "../app/overview/chain-stats.ts";
import { useNames, usePool, usePoolHistory, usePoolLuck, usePoolMiners, usePoolRounds } from "../client/index.ts";
import { QueryCard } from "../explorer/query-card.tsx";
import {
  Amount,
  Badge,
  Button,
  buttonClass,
  Card,
  type Column,
  DataTable,
  EmptyState,
  Facts,
  Field,
  formatCount,
  Hash,
  Icon,
  PageHeading,
  plural,
  StatPanel,
  WordBadge,
} from "../ui/index.ts";
import { EffortCard, RateCard } from "./charts.tsx";
import { ConnectLines, MinerLabel, PagedCard, PoolOnly } from "./parts.tsx";
import { RoundsTable } from "./rounds-table.tsx";
import { coinsText, feeText, percent, SCHEMES, VERDICTS } from "./words.ts";

const HOURS = 6;
const ROUNDS = 7;

/** The pool at a glance: is it alive, how lucky is it, whom does it owe what, how does one get in. */
export function PoolPage() {
  const pool = usePool();
  return (
    <>
      <title>Pool · Agon</title>
      <PageHeading
        title="Pool"
        crumbs={[{ label: "Overview", to: "/" }, { label: "Pool" }]}
        badge={pool.data === undefined ? null : <StateBadge pool={pool.data} />}
        actions={
          <>
            <Link to="/pool/rounds" className={buttonClass("plain", "small")}>
              Rounds
            </Link>
            <Link to="/pool/payouts" className={buttonClass("plain", "small")}>
              Payouts
            </Link>
          </>
        }
      />
      <PoolOnly>
        <Inside pool={pool.data} />
      </PoolOnly>
    </>
  );
}

function StateBadge({ pool }: { readonly pool: PoolInfo }) {
  if (pool.troubles.length > 0)
    return (
      <Badge tone="bad" icon="alert" title={pool.troubles.join("; ")}>
        in trouble
      </Badge>
    );
  return (
    <Badge tone="good" icon="check">
      {pool.terms.scheme.toUpperCase()}, fee {feeText(pool.terms.feePpm)}
    </Badge>
  );
}

function Inside({ pool }: { readonly pool: PoolInfo | undefined }) {
  const { data: history } = usePoolHistory(HOURS);
  const { data: luck } = usePoolLuck();
  const miners = usePoolMiners();
  const isNew = miners.data?.pages[0]?.items.length === 0;
  return (
    <>
      <Troubles pool={pool} />
      <Figures pool={pool} luck={luck} samples={history?.items ?? []} />
      {isNew ? <BeginCard /> : null}
      <div className="grid gap-4 lg:grid-cols-2">
        <RateCard samples={history?.items} title={`Last ${HOURS} hours`} />
        <EffortCard luck={luck} />
      </div>
      <div className="grid items-stretch gap-4 lg:grid-cols-[minmax(0,1.6fr)_minmax(0,1fr)]">
        <BlocksCard />
        <FindCard pool={pool} isNew={isNew} />
      </div>
      <MinersCard />
      <WithholdingCard luck={luck} />
      <TermsCard />
    </>
  );
}

/** Until the first share. */
function BeginCard() {
  return (
    <Card title="Nobody has mined here yet">
      <div className="flex flex-col gap-3 text-ink-soft text-sm">
        <p>
          Point a miner at this pool: the first is this program's own, the second any that speaks Stratum V1. Its first
          share puts it on this page.
        </p>
        <ConnectLines />
      </div>
    </Card>
  );
}

function Troubles({ pool }: { readonly pool: PoolInfo | undefined }) {
  const words = [
    ...(pool?.troubles ?? []),
    ...(pool === undefined || pool.dropEvery === 0
      ? []
      : [`Test mode: each ${pool.dropEvery}th share is dropped on purpose, for an audit to find.`]),
  ];
  if (words.length === 0) return null;
  return (
    <section
      role="status"
      aria-label="Troubles"
      className="flex flex-col gap-1 rounded-card bg-warn-soft p-3 text-sm text-warn"
    >
      {words.map((text) => (
        <p key={text} className="flex items-center gap-2">
          <Icon name="alert" size={14} />
          {text}
        </p>
      ))}
    </section>
  );
}

interface FiguresProps {
  readonly pool: PoolInfo | undefined;
  readonly luck: PoolLuck | undefined;
  readonly samples: readonly PoolSample[];
}

function Figures({ pool, luck, samples }: FiguresProps) {
  const [rate, prefix] = withPrefix(Math.round(pool?.hashRate ?? 0));
  const all = pool && pool.blocks.pending + pool.blocks.confirmed;
  return (
    <section aria-label="Figures of the pool" className="grid grid-cols-2 gap-3 sm:grid-cols-3 xl:grid-cols-6">
      <StatPanel
        label="Hash rate"
        value={pool && rate}
        unit={`${prefix}H/s`}
        trend={samples.map(({ hashRate }) => hashRate)}
        hint="What the shares of the last ten whole minutes stand for"
      />
      <StatPanel
        label="Miners"
        value={pool && formatCount(pool.activeMiners)}
        {...(pool === undefined ? {} : { unit: plural(pool.connections, "connection") })}
        hint="Addresses with shares in the last ten minutes, and open connections"
      />
      <StatPanel
        label="This round"
        value={pool && percent(pool.round.effort, 0)}
        {...(pool === undefined ? {} : { unit: plural(pool.round.shares, "share") })}
        trend={luck?.rounds.map(({ effort }) => effort).toReversed() ?? []}
        hint="Effort: the work so far, in blocks that it could expect. 100 % is as long as usual"
      />
      <StatPanel
        label="Blocks"
        value={all === undefined ? undefined : formatCount(all)}
        {...(pool === undefined ? {} : { unit: `${formatCount(pool.blocks.pending)} maturing` })}
        hint="In the chain; rewards can be spent after some blocks more"
      />
      <StatPanel
        label="Luck"
        value={luck === undefined ? undefined : luck.pool.luck === null ? "–" : percent(luck.pool.luck, 0)}
        {...(luck === undefined ? {} : { unit: `${formatCount(luck.pool.found)} found` })}
        hint="Blocks found, by those that the work could expect"
      />
      <StatPanel
        label="Owed, coins"
        value={pool && <Amount atoms={BigInt(pool.owed)} unit={false} />}
        hint="Earned and spendable, below the thresholds or about to be paid"
      />
    </section>
  );
}

/** My miner, by address. */
function FindCard({ pool, isNew }: { readonly pool: PoolInfo | undefined; readonly isNew: boolean }) {
  const navigate = useNavigate();
  const [address, setAddress] = useState("");
  const names = useNames();
  const typed = address.trim();
  const text = [...names].find(([, name]) => name === typed)?.[0] ?? typed;
  const prefix = pool?.chain.addressPrefix ?? "";
  const isValid = text !== "" && parseAddress(text, prefix).ok;
  const problem =
    text === "" || isValid || pool === undefined
      ? undefined
      : `Neither an address of this chain (${prefix}1…) nor a name known here`;
  return (
    <Card title="My miner">
      <form
        className="flex flex-col gap-1"
        onSubmit={(event) => {
          event.preventDefault();
          if (isValid) void navigate({ to: `/pool/miners/${text}` });
        }}
      >
        <Field
          label="Address"
          mono
          value={address}
          onChange={(event) => setAddress(event.target.value)}
          placeholder={`${prefix}1…`}
          problem={problem}
          help={`The user name that your miner gives, without the part behind the dot${names.size === 0 ? "" : "; or a name, such as dev-3"}`}
        />
        <Button type="submit" look="primary" disabled={!isValid} className="self-start">
          Show
        </Button>
      </form>
      {isNew ? null : (
        <div className="mt-5 flex flex-col gap-2 border-line border-t pt-4 text-ink-soft text-sm">
          <p>Connect any miner that speaks Stratum V1:</p>
          <ConnectLines {...(isValid ? { address: text } : {})} />
        </div>
      )}
    </Card>
  );
}

function TermsCard() {
  const pool = usePool();
  return (
    <QueryCard query={pool} missing="No pool here" title="Terms" rows={6}>
      {({ terms, threshold, maturityBlocks, payoutDepth, address, key, account }) => (
        <Facts
          facts={[
            { label: "Scheme", value: `${terms.scheme.toUpperCase()}. ${SCHEMES[terms.scheme]}` },
            terms.scheme === "pplns"
              ? {
                  label: "Window",
                  value: `the last ${plural(terms.windowBlocks, "block's worth", "blocks' worth")} of work`,
                }
              : null,
            { label: "Fee", value: feeText(terms.feePpm) },
            {
              label: "Paid from",
              value: `${coinsText(threshold)} coins owed; those who are paid bear the fee of the transaction`,
            },
            {
              label: "Matures",
              value: `${plural(maturityBlocks, "block")} after its own; payouts are final after ${payoutDepth}`,
            },
            { label: "Rewards go to", value: <Hash value={address} to={`/accounts/${address}`} keep={10} copy /> },
            { label: "Key of receipts", value: <Hash value={key} keep={10} copy what="key" /> },
            { label: "The pool's own", value: <Amount atoms={BigInt(account)} /> },
          ]}
        />
      )}
    </QueryCard>
  );
}

function BlocksCard() {
  const rounds = usePoolRounds();
  return (
    <PagedCard
      title="Latest rounds"
      pages={{ ...rounds, hasNextPage: false } as typeof rounds}
      empty={<EmptyState icon="blocks" title="No round yet" />}
    >
      {(items) => <RoundsTable rounds={items.slice(0, ROUNDS)} short />}
    </PagedCard>
  );
}

const MINER_COLUMNS: readonly Column<PoolMinerLine>[] = [
  { key: "miner", header: "Miner", names: true, render: ({ address }) => <MinerLabel address={address} /> },
  {
    key: "rate",
    header: "Hash rate",
    align: "right",
    sortBy: ({ hashRate }) => hashRate,
    render: ({ hashRate }) => <span className="tabular">{withPrefix(Math.round(hashRate)).join(" ")}H/s</span>,
  },
  {
    key: "shares",
    header: "Shares",
    align: "right",
    from: "sm",
    sortBy: ({ roundShares }) => roundShares,
    render: ({ roundShares }) => <span className="tabular">{formatCount(roundShares)}</span>,
  },
  {
    key: "owed",
    header: "Owed, coins",
    align: "right",
    sortBy: ({ owed }) => BigInt(owed),
    render: ({ owed }) => <Amount atoms={BigInt(owed)} unit={false} />,
  },
  {
    key: "paid",
    header: "Paid, coins",
    align: "right",
    from: "md",
    sortBy: ({ paid, paying }) => BigInt(paid) + BigInt(paying),
    render: ({ paid, paying }) => <Amount atoms={BigInt(paid) + BigInt(paying)} unit={false} />,
  },
];

function MinersCard() {
  return (
    <PagedCard
      title="Miners"
      pages={usePoolMiners()}
      empty={
        <EmptyState icon="pick" title="No miner yet">
          The first share of an address puts it on this list.
        </EmptyState>
      }
    >
      {(items) => <DataTable label="Miners" columns={MINER_COLUMNS} rows={items} rowKey={({ address }) => address} />}
    </PagedCard>
  );
}

type LuckLine = PoolLuck["miners"][number];
const LUCK_COLUMNS: readonly Column<LuckLine>[] = [
  { key: "miner", header: "Miner", names: true, render: ({ name }) => <MinerLabel address={name} /> },
  {
    key: "found",
    header: "Found",
    align: "right",
    sortBy: ({ found }) => found,
    render: ({ found }) => <span className="tabular">{formatCount(found)}</span>,
  },
  {
    key: "expected",
    header: "Expected",
    align: "right",
    from: "sm",
    sortBy: ({ expected }) => expected,
    render: ({ expected }) => <span className="tabular">{expected.toFixed(1)}</span>,
  },
  {
    key: "band",
    header: "Honest in 99 %",
    align: "right",
    from: "md",
    render: ({ bands }) => {
      const band = bands.at(-1);
      return <span className="tabular">{band === undefined ? "–" : `${band.low} to ${band.high}`}</span>;
    },
  },
  {
    key: "chance",
    header: "Chance of so few",
    align: "right",
    from: "sm",
    sortBy: ({ corrected }) => corrected,
    render: ({ corrected }) => (
      <span className="tabular">{corrected >= 0.001 ? percent(corrected) : corrected.toExponential(1)}</span>
    ),
  },
  { key: "verdict", header: "Verdict", render: ({ verdict }) => <WordBadge word={VERDICTS[verdict]} /> },
];

/** Who sends shares and no blocks: the only sign is too few for too long. */
function WithholdingCard({ luck }: { readonly luck: PoolLuck | undefined }) {
  if (luck === undefined || luck.miners.length === 0) return null;
  return (
    <Card flush title="Luck of miners">
      <DataTable label="Luck of miners" columns={LUCK_COLUMNS} rows={luck.miners} rowKey={({ name }) => name} />
      <p className="border-line border-t px-4 py-2.5 text-ink-faint text-xs">
        The least probable first. The chance is corrected for {plural(luck.tests, "miner")} looked at together. It is a
        reason to ask, not to keep anybody's money.
      </p>
    </Card>
  );
}
