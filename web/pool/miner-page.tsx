import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { ApiError, type PoolCredit, type PoolMiner, type PoolMinerPayout, type PoolWorker } from "#api/contract";
import { withPrefix } from "../app/overview/chain-stats.ts";
import { useNames, usePoolCredits, usePoolMiner, usePoolMinerPayouts } from "../client/index.ts";
import { QueryCard } from "../explorer/query-card.tsx";
import { useParam } from "../explorer/use-param.ts";
import { difficultyText } from "../mining/span-text.ts";
import {
  Amount,
  buttonClass,
  Card,
  type Column,
  CommandLine,
  DataTable,
  EmptyState,
  Facts,
  formatCount,
  Hash,
  Identicon,
  Meter,
  PageHeading,
  StatPanel,
  shorten,
  TimeAgo,
  WordBadge,
} from "../ui/index.ts";
import { RateCard } from "./charts.tsx";
import { ConnectLines, PagedCard, PoolOnly } from "./parts.tsx";
import { ThresholdCard } from "./threshold-card.tsx";
import { BLOCK_STATES, coinsText, feeText, PAYOUT_STATES, percent, workText } from "./words.ts";

const CENT_ATOMS = 1_000_000n;

/** One miner: what it does now, what it earned and why, what it was paid, and how it can check all that. */
export function MinerPage() {
  const address = useParam("address");
  const name = useNames().get(address);
  return (
    <>
      <title>{`${name ?? shorten(address, 6)} · Pool · Agon`}</title>
      <PageHeading
        title={
          <span className="flex items-center gap-2.5">
            <Identicon value={address} size={26} />
            {name ?? shorten(address, 8)}
          </span>
        }
        crumbs={[
          { label: "Overview", to: "/" },
          { label: "Pool", to: "/pool" },
          { label: name ?? shorten(address, 6) },
        ]}
        actions={
          <Link to={`/accounts/${address}`} className={buttonClass("plain", "small")}>
            Its account
          </Link>
        }
      />
      <PoolOnly>
        <Inside address={address} />
      </PoolOnly>
    </>
  );
}

function Inside({ address }: { readonly address: string }) {
  const miner = usePoolMiner(address);
  if (miner.data === undefined && miner.error instanceof ApiError && miner.error.status === 400)
    return (
      <Card>
        <EmptyState icon="search" title="No address of this chain">
          {`${miner.error.message[0]?.toUpperCase()}${miner.error.message.slice(1)}. A miner's page is found by the address in its user name, without the part behind the dot.`}
        </EmptyState>
      </Card>
    );
  if (miner.isError && miner.data === undefined)
    return (
      <>
        <QueryCard query={miner} missing="Nothing of this address yet" rows={4}>
          {() => null}
        </QueryCard>
        <Card title="Begin">
          <ConnectLines address={address} />
        </Card>
      </>
    );
  const { data } = miner;
  return (
    <>
      <Figures miner={data} />
      <div className="grid items-stretch gap-4 lg:grid-cols-2">
        <RateCard samples={data?.samples} title="Last 24 hours" />
        <QueryCard query={miner} missing="No such miner" title="Until it is paid" rows={6}>
          {(found) => <Balance miner={found} />}
        </QueryCard>
      </div>
      <CreditsCard address={address} />
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1.6fr)_minmax(0,1fr)]">
        <PaymentsCard address={address} />
        <ThresholdCard miner={data} />
      </div>
      <Card flush title="Connections now">
        {data === undefined || data.workers.length === 0 ? (
          <div className="flex flex-col items-center gap-3 px-4 pb-6">
            <EmptyState icon="pick" title="Not connected" />
            <ConnectLines address={address} />
          </div>
        ) : (
          <DataTable
            label="Connections"
            columns={WORKER_COLUMNS}
            rows={data.workers}
            rowKey={({ worker, connectedMs, agent }) => `${worker}/${agent}/${connectedMs}`}
          />
        )}
      </Card>
      <CheckCard address={address} />
    </>
  );
}

function CheckCard({ address }: { readonly address: string }) {
  return (
    <Card title="Check it yourself">
      <div className="flex flex-col items-start gap-3 text-ink-soft text-sm">
        <p>
          Each share has a signed receipt. An audit holds them against the pool's log, computes each division again, and
          asks a node that you trust for blocks and payouts.
        </p>
        <CommandLine
          command={`agon pool audit --pool ${location.origin} --address ${address} --receipts receipts.jsonl`}
        />
      </div>
    </Card>
  );
}

function Figures({ miner }: { readonly miner: PoolMiner | undefined }) {
  const [rate, prefix] = withPrefix(Math.round(miner?.hashRate ?? 0));
  // To the cent: the last atom stands in the lists below.
  const amount = (atoms: string | undefined) =>
    atoms && <Amount atoms={(BigInt(atoms) / CENT_ATOMS) * CENT_ATOMS} unit={false} />;
  return (
    <section aria-label="Figures of the miner" className="grid grid-cols-2 gap-3 sm:grid-cols-3 xl:grid-cols-6">
      <StatPanel
        label="Hash rate"
        value={miner && rate}
        unit={`${prefix}H/s`}
        hint="What the shares of the last ten whole minutes stand for"
      />
      <StatPanel
        label="This round"
        value={miner && percent(miner.roundPart)}
        unit="of work"
        hint="Part of the present round's work"
      />
      <StatPanel label="Maturing, coins" value={amount(miner?.immature)} hint="Of blocks that may still be undone" />
      <StatPanel label="Owed, coins" value={amount(miner?.owed)} hint="Earned, and paid from the threshold on" />
      <StatPanel label="On its way, coins" value={amount(miner?.paying)} hint="In payouts that are not final yet" />
      <StatPanel label="Paid, coins" value={amount(miner?.paid)} hint="In payouts that are final" />
    </section>
  );
}

function Balance({ miner }: { readonly miner: PoolMiner }) {
  const part = Math.max(0, Math.min(1, Number(miner.owed) / Number(miner.threshold)));
  return (
    <Facts
      facts={[
        {
          label: "Threshold",
          value: (
            <span className="flex flex-col gap-1.5">
              <span>
                {coinsText(miner.owed)} of {coinsText(miner.threshold)} coins
              </span>
              <Meter share={part} />
            </span>
          ),
        },
        {
          label: "When",
          value: part >= 1 ? "with the next payout, within a minute" : "when that much of mature blocks is owed",
        },
        { label: "Shares in this round", value: formatCount(miner.roundShares) },
        { label: "Work in this round", value: `${workText(miner.roundWork)} hashes` },
      ]}
    />
  );
}

const CREDIT_COLUMNS: readonly Column<PoolCredit>[] = [
  {
    key: "round",
    header: "Round",
    names: true,
    render: ({ kind, round }) =>
      kind === "withdrawal" ? (
        "–"
      ) : (
        <Link to={`/pool/rounds/${round}`} className="tabular underline-offset-3 hover:underline">
          {formatCount(round)}
        </Link>
      ),
  },
  { key: "state", header: "State", render: ({ state }) => <WordBadge word={BLOCK_STATES[state]} /> },
  {
    key: "amount",
    header: "Coins",
    align: "right",
    render: (credit) => <Explained amount={credit.amount} why={whyOf(credit)} />,
  },
  { key: "why", header: "Why", from: "sm", render: (credit) => <Why>{whyOf(credit)}</Why> },
];

function Why({ children }: { readonly children: ReactNode }) {
  return <span className="text-ink-soft text-xs">{children}</span>;
}

/** Where there is no room for a column of reasons, the reason stands under the amount. */
function Explained({ amount, why }: { readonly amount: string; readonly why: ReactNode }) {
  return (
    <>
      <Amount atoms={BigInt(amount)} unit={false} aligned />
      <span className="block whitespace-normal break-words pb-2 text-ink-soft text-xs sm:hidden">{why}</span>
    </>
  );
}

/** The formula with its numbers: whoever has a calculator can check it. */
function whyOf(credit: PoolCredit): ReactNode {
  const { kind, block, height, reward, fee, feePpm, myWork, totalWork, remainder } = credit;
  if (kind === "withdrawal") return "from the pool's own account";
  if (kind === "pps")
    return `${workText(myWork)} hashes of work, each share bought at its price, fee ${feeText(feePpm ?? 0)}`;
  const more = remainder === "0" ? "" : " + 1 atom left over";
  return (
    <>
      <Link to={`/blocks/${block}`} className="underline-offset-3 hover:underline">
        block {height}
      </Link>
      {`: (${coinsText(reward ?? "0")} − fee ${coinsText(fee ?? "0")}) × ${myWork} ÷ ${totalWork}${more}`}
    </>
  );
}

function CreditsCard({ address }: { readonly address: string }) {
  return (
    <PagedCard
      title="What it earned, and why"
      pages={usePoolCredits(address)}
      empty={
        <EmptyState icon="blocks" title="Nothing earned yet">
          When the pool finds a block, the part of this miner and how it was computed stand here.
        </EmptyState>
      }
    >
      {(credits) => (
        <DataTable
          label="Credits"
          columns={CREDIT_COLUMNS}
          rows={credits}
          rowKey={({ kind, round, block, amount }) => `${kind}/${round}/${block}/${amount}`}
        />
      )}
    </PagedCard>
  );
}

const PAYMENT_COLUMNS: readonly Column<PoolMinerPayout>[] = [
  {
    key: "transaction",
    header: "Transaction",
    names: true,
    render: ({ transaction }) => <Hash value={transaction} to={`/transactions/${transaction}`} />,
  },
  { key: "state", header: "State", render: ({ state }) => <WordBadge word={PAYOUT_STATES[state]} /> },
  {
    key: "amount",
    header: "Coins",
    align: "right",
    render: (payout) => <Explained amount={payout.amount} why={whyPaid(payout)} />,
  },
  { key: "why", header: "Why", from: "sm", render: (payout) => <Why>{whyPaid(payout)}</Why> },
];

function whyPaid({ gross, fee, burn }: PoolMinerPayout): string {
  return `${coinsText(gross)} owed − ${coinsText(fee)} fee${burn === "0" ? "" : ` − ${coinsText(burn)} for the new account`}`;
}

function PaymentsCard({ address }: { readonly address: string }) {
  return (
    <PagedCard
      title="What it was paid"
      pages={usePoolMinerPayouts(address)}
      empty={
        <EmptyState icon="wallet" title="Nothing paid yet">
          The first payout comes when the threshold is reached.
        </EmptyState>
      }
    >
      {(payouts) => (
        <DataTable label="Payments" columns={PAYMENT_COLUMNS} rows={payouts} rowKey={({ id }) => String(id)} />
      )}
    </PagedCard>
  );
}

const WORKER_COLUMNS: readonly Column<PoolWorker>[] = [
  { key: "worker", header: "Worker", names: true, render: ({ worker }) => (worker === "" ? "(no name)" : worker) },
  {
    key: "agent",
    header: "Program",
    from: "sm",
    render: ({ agent }) => <span className="text-ink-soft">{agent}</span>,
  },
  {
    key: "difficulty",
    header: "Difficulty",
    align: "right",
    render: ({ difficulty }) => <span className="tabular">{difficultyText(difficulty)}</span>,
  },
  {
    key: "shares",
    header: "Accepted",
    align: "right",
    render: ({ accepted, rejected }) => (
      <span className="tabular" title={`${rejected} rejected`}>
        {formatCount(accepted)}
      </span>
    ),
  },
  {
    key: "last",
    header: "Last share",
    align: "right",
    from: "md",
    render: ({ lastShareMs }) => (lastShareMs === null ? "–" : <TimeAgo timeMs={lastShareMs} plain />),
  },
];
