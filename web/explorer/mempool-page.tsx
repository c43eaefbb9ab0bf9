import type { Mempool, Transaction } from "#api/contract";
import { useMempool, useNames, useStatus } from "../client/index.ts";
import {
  Card,
  EmptyState,
  formatBytes,
  formatCount,
  Meter,
  NewItemsBar,
  PageHeading,
  plural,
  StatPanel,
  useHeld,
} from "../ui/index.ts";
import { QueryCard } from "./query-card.tsx";
import { TransactionsTable } from "./transactions-table.tsx";

const keyOf = (transaction: Transaction): string => transaction.id;

export function MempoolPage() {
  const mempool = useMempool();
  const { data: status } = useStatus();
  const { data } = mempool;
  return (
    <>
      <title>Mempool · Agon</title>
      <PageHeading title="Mempool" crumbs={[{ label: "Overview", to: "/" }, { label: "Mempool" }]} />
      <section aria-label="Figures" className="grid grid-cols-2 gap-3 sm:grid-cols-3">
        <StatPanel label="Waiting" value={data && formatCount(data.count)} unit="transactions" />
        <StatPanel label="Size" value={data && formatBytes(data.bytes)} />
        <StatPanel
          label="Least fee rate"
          value={data?.minFeeRate}
          unit="atoms/B"
          hint="What a transaction must pay for each byte to get in now"
        />
      </section>
      {data === undefined || data.count === 0 ? null : (
        <FeeBuckets mempool={data} blockBytes={status?.chain.maxBlockBytes ?? 0} />
      )}
      <QueryCard query={mempool} missing="This node has no mempool" title="In the order of the next block">
        {(pool) => <Waiting pool={pool} />}
      </QueryCard>
    </>
  );
}

function Waiting({ pool }: { readonly pool: Mempool }) {
  const names = useNames();
  const { items } = pool.transactions;
  const { shown, waiting, show, handlers } = useHeld(items, keyOf);
  if (shown.length === 0)
    return (
      <EmptyState icon="mempool" title="Nothing is waiting" command="agon send dev-1 1">
        Transactions rest here until a block takes them. The wallet page can send one too.
      </EmptyState>
    );
  return (
    <div {...handlers}>
      <NewItemsBar count={waiting} what="transaction" show={show} />
      <TransactionsTable label="Pending transactions" transactions={shown} names={names} show={["rate"]} />
      {pool.count > shown.length ? (
        <p className="border-line border-t px-4 py-2.5 text-ink-soft text-sm">
          and {plural(pool.count - shown.length, "other")} below these
        </p>
      ) : null}
    </div>
  );
}

function FeeBuckets({ mempool, blockBytes }: { readonly mempool: Mempool; readonly blockBytes: number }) {
  const most = Math.max(1, ...mempool.fees.map((bucket) => bucket.count));
  const blocks = blockBytes === 0 ? 0 : mempool.bytes / blockBytes;
  return (
    <Card
      title="By fee rate"
      action={
        <span className="text-ink-soft text-xs">fills {blocks < 0.01 ? "under 0.01" : blocks.toFixed(2)} blocks</span>
      }
    >
      <ul className="flex flex-col gap-2">
        {mempool.fees
          .filter((bucket) => bucket.count > 0)
          .map((bucket) => {
            const range =
              bucket.maxRate === null ? `${bucket.minRate} and more` : `${bucket.minRate} to ${bucket.maxRate}`;
            return (
              <li key={bucket.minRate} className="grid grid-cols-[7.5rem_1fr_3.5rem] items-center gap-3 text-xs">
                <span className="text-ink-soft tabular-nums">{range}</span>
                <Meter share={bucket.count / most} />
                <span className="text-right tabular-nums">{formatCount(bucket.count)}</span>
              </li>
            );
          })}
      </ul>
    </Card>
  );
}
