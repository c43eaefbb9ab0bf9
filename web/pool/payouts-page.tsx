import { Link } from "@tanstack/react-router";
import type { PoolPayout } from "#api/contract";
import { usePool, usePoolPayouts } from "../client/index.ts";
import {
  Amount,
  type Column,
  DataTable,
  EmptyState,
  formatCount,
  Hash,
  PageHeading,
  plural,
  TimeAgo,
  WordBadge,
} from "../ui/index.ts";
import { PagedCard, PoolOnly } from "./parts.tsx";
import { coinsText, PAYOUT_STATES } from "./words.ts";

/** What the pool has paid. */
export function PayoutsPage() {
  return (
    <>
      <title>Payouts · Pool · Agon</title>
      <PageHeading
        title="Payouts"
        crumbs={[{ label: "Overview", to: "/" }, { label: "Pool", to: "/pool" }, { label: "Payouts" }]}
      />
      <PoolOnly>
        <List />
      </PoolOnly>
    </>
  );
}

const COLUMNS: readonly Column<PoolPayout>[] = [
  {
    key: "transaction",
    header: "Transaction",
    names: true,
    render: ({ transaction }) => <Hash value={transaction} to={`/transactions/${transaction}`} keep={6} />,
  },
  { key: "state", header: "State", render: ({ state }) => <WordBadge word={PAYOUT_STATES[state]} /> },
  {
    key: "height",
    header: "Block",
    align: "right",
    from: "sm",
    render: ({ height }) =>
      height === null ? (
        "–"
      ) : (
        <Link to={`/blocks/${height}`} className="tabular underline-offset-3 hover:underline">
          {formatCount(height)}
        </Link>
      ),
  },
  {
    key: "miners",
    header: "Miners",
    align: "right",
    from: "sm",
    render: ({ miners }) => <span className="tabular">{formatCount(miners)}</span>,
  },
  {
    key: "cost",
    header: "Coins",
    align: "right",
    render: ({ cost }) => <Amount atoms={BigInt(cost)} unit={false} aligned />,
  },
  {
    key: "why",
    header: "Why",
    from: "lg",
    render: (payout) => <span className="text-ink-soft text-xs">{whyOf(payout)}</span>,
  },
  {
    key: "when",
    header: "Signed",
    align: "right",
    from: "md",
    render: ({ createdMs }) => <TimeAgo timeMs={createdMs} plain />,
  },
];

/** What was owed is what arrives and what the way costs. */
function whyOf({ miners, cost, fee, burn }: PoolPayout): string {
  const arrives = coinsText(String(BigInt(cost) - BigInt(fee) - BigInt(burn)));
  const burned = burn === "0" ? "" : ` + ${coinsText(burn)} burned for new accounts`;
  return `owed to ${plural(miners, "miner")}: ${arrives} to them + ${coinsText(fee)} fee${burned}`;
}

function List() {
  const { data: pool } = usePool();
  const threshold = pool === undefined ? "…" : coinsText(pool.threshold);
  return (
    <>
      <PagedCard
        title="One transfer pays many"
        pages={usePoolPayouts()}
        empty={
          <EmptyState icon="wallet" title="Nothing has been paid yet">
            A miner is paid when at least {threshold} coins of mature blocks are owed to it, or as much as it has set
            itself. What each has earned, and why, stands on the page of the miner.
          </EmptyState>
        }
      >
        {(payouts) => <DataTable label="Payouts" columns={COLUMNS} rows={payouts} rowKey={({ id }) => String(id)} />}
      </PagedCard>
      <p className="text-ink-faint text-xs">
        The fee is divided among those who are paid; who has no account yet bears what making it burns. The page of a
        miner shows its own parts.
      </p>
    </>
  );
}
