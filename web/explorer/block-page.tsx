import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { Block } from "#api/contract";
import { PAGE_SIZE, useBlock, useBlockTransactions, useNames, usePool } from "../client/index.ts";
import { PoolFinder } from "../pool/pool-block-fact.tsx";
import {
  AddressLabel,
  Amount,
  Badge,
  Button,
  buttonClass,
  Card,
  EmptyState,
  exactTime,
  type Fact,
  Facts,
  formatBytes,
  formatCount,
  Hash,
  Icon,
  PageHeading,
  plural,
  TimeAgo,
} from "../ui/index.ts";
import { drawFacts, VotesCard } from "./draw-card.tsx";
import { QueryCard } from "./query-card.tsx";
import { TransactionsTable } from "./transactions-table.tsx";
import { useParam } from "./use-param.ts";

export function BlockPage() {
  const id = useParam("id");
  const block = useBlock(id);
  const title = block.data === undefined ? "Block" : `Block ${formatCount(block.data.height)}`;
  return (
    <>
      <title>{`${title} · Agon`}</title>
      <PageHeading
        title={title}
        crumbs={[{ label: "Overview", to: "/" }, { label: "Blocks", to: "/blocks" }, { label: title }]}
        badge={block.data === undefined ? null : <Depth block={block.data} />}
        actions={block.data === undefined ? null : <Neighbours block={block.data} />}
      />
      <QueryCard query={block} missing="No such block" title="What it says" rows={10}>
        {(data) => <BlockFacts block={data} />}
      </QueryCard>
      {block.data === undefined ? null : <VotesCard votes={block.data.votes} />}
      {block.data === undefined ? null : <BlockTransactions key={block.data.hash} block={block.data} />}
    </>
  );
}

function Depth({ block }: { readonly block: Block }) {
  if (!block.canonical)
    return (
      <Badge tone="bad" icon="fork">
        stale branch
      </Badge>
    );
  if (block.finalized)
    return (
      <Badge tone="good" icon="lock">
        final
      </Badge>
    );
  return (
    <Badge tone={block.depth === 0 ? "accent" : "good"} icon={block.depth === 0 ? "pulse" : "check"}>
      {block.depth === 0 ? "newest" : `${plural(block.depth ?? 0, "block")} above it`}
    </Badge>
  );
}

function Neighbours({ block }: { readonly block: Block }) {
  return (
    <>
      {block.height === 0 ? null : (
        <Link to={`/blocks/${block.parent}`} className={buttonClass("plain", "small")}>
          <Icon name="arrowLeft" size={14} />
          {formatCount(block.height - 1)}
        </Link>
      )}
      {block.next === null ? null : (
        <Link to={`/blocks/${block.next}`} className={buttonClass("plain", "small")}>
          {formatCount(block.height + 1)}
          <Icon name="arrowRight" size={14} />
        </Link>
      )}
    </>
  );
}

function BlockFacts({ block }: { readonly block: Block }) {
  const names = useNames();
  const { data: pool } = usePool();
  const facts: (Fact | null)[] = [
    { label: "Hash", value: <Hash value={block.hash} full copy /> },
    {
      label: "Parent",
      value:
        block.height === 0 ? (
          "none: this is where the chain begins"
        ) : (
          <Hash value={block.parent} full to={`/blocks/${block.parent}`} copy />
        ),
    },
    {
      label: "Time",
      value: (
        <>
          {exactTime(block.timeMs)} · <TimeAgo timeMs={block.timeMs} />
        </>
      ),
    },
    ...drawFacts(block),
    { label: "Producer", value: <AddressLabel address={block.proposer} name={names.get(block.proposer)} copy /> },
    pool?.address === block.proposer ? { label: "Found by", value: <PoolFinder block={block} /> } : null,
    { label: "Size", value: `${formatBytes(block.sizeBytes)}, ${plural(block.transactionCount, "transaction")}` },
    { label: "Fees", value: <Amount atoms={BigInt(block.fees)} /> },
    {
      label: "Credits",
      value: <Credits credits={block.credits} />,
    },
    block.work === null
      ? null
      : {
          label: "Work",
          value: (
            <span className="tabular">
              {formatCount(Number(block.work.expectedHashes))} hashes expected, bits {block.work.bits}
            </span>
          ),
        },
    { label: "Branch weight", value: <span className="break-all tabular">{block.weight}</span> },
    { label: "Body root", value: <Hash value={block.bodyRoot} full copy what="body root" /> },
    { label: "State root", value: <Hash value={block.stateRoot} full copy what="state root" /> },
    { label: "Claim", value: <Hash value={block.claim || "empty"} full /> },
    { label: "Seal", value: <Hash value={block.seal || "empty"} full /> },
    { label: "Version", value: block.version },
  ];
  return <Facts facts={facts} />;
}

const CREDIT_WORDS: Readonly<Record<string, string>> = {
  "block-reward": "for the block",
  fees: "fees",
  "voter-pool": "for votes",
  "vote-reward": "for its vote",
  report: "for reporting an offence",
  unbonded: "paid out of its bond",
};

function Credits({ credits }: { readonly credits: Block["credits"] }) {
  const names = useNames();
  if (credits.length === 0) return "none";
  return (
    <ul className="flex flex-col gap-1">
      {credits.map((credit) => (
        <li
          key={`${credit.to}-${credit.reason}-${credit.amount}`}
          className="flex flex-wrap items-center gap-x-3 gap-y-1"
        >
          <Amount atoms={BigInt(credit.amount)} />
          {credit.spendableAtHeight === null ? (
            "to the voters of this epoch"
          ) : (
            <AddressLabel address={credit.to} name={names.get(credit.to)} />
          )}
          <span className="text-ink-faint text-xs">
            {CREDIT_WORDS[credit.reason] ?? credit.reason},{" "}
            {credit.spendableAtHeight === null
              ? "divided when the epoch ends"
              : `spendable from ${formatCount(credit.spendableAtHeight)}`}
          </span>
        </li>
      ))}
    </ul>
  );
}

function BlockTransactions({ block }: { readonly block: Block }) {
  const [offset, setOffset] = useState(0);
  const page = useBlockTransactions(block.hash, offset);
  const names = useNames();
  if (block.transactionCount === 0)
    return (
      <Card title="Transactions">
        <EmptyState icon="mempool" title="An empty block" command="agon send dev-1 1">
          Nothing was waiting when it was made. Send something and watch it arrive.
        </EmptyState>
      </Card>
    );
  const { nextOffset } = page.data ?? { nextOffset: null };
  return (
    <>
      <QueryCard query={page} missing="No transactions" title={plural(block.transactionCount, "transaction")}>
        {(data) => <TransactionsTable label="Transactions of the block" transactions={data.items} names={names} />}
      </QueryCard>
      {block.transactionCount <= PAGE_SIZE ? null : (
        <nav aria-label="Pages" className="flex items-center justify-between">
          <Button disabled={offset === 0} onClick={() => setOffset(Math.max(0, offset - PAGE_SIZE))}>
            Before
          </Button>
          <span className="text-ink-soft text-sm">
            {formatCount(offset + 1)} to {formatCount(offset + (page.data?.items.length ?? 0))} of{" "}
            {formatCount(block.transactionCount)}
          </span>
          <Button disabled={nextOffset === null} onClick={() => setOffset(nextOffset ?? offset)}>
            After
          </Button>
        </nav>
      )}
    </>
  );
}
