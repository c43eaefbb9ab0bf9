import type { PoolRound } from "#api/contract";
import { usePoolRound } from "../client/index.ts";
import { QueryCard } from "../explorer/query-card.tsx";
import { useParam } from "../explorer/use-param.ts";
import {
  Amount,
  Badge,
  type Column,
  DataTable,
  EmptyState,
  Facts,
  formatCount,
  Hash,
  PageHeading,
  TimeAgo,
  WordBadge,
} from "../ui/index.ts";
import { MinerLabel, PoolOnly } from "./parts.tsx";
import { blockWord, feeText, percent, workText } from "./words.ts";

/** One round: its block, who has what part in it and why, and the heads that the pool has signed. */
export function RoundPage() {
  const text = useParam("round");
  const round = usePoolRound(/^\d{1,15}$/.test(text) ? Number(text) : null);
  return (
    <>
      <title>{`Round ${text} · Pool · Agon`}</title>
      <PageHeading
        title={`Round ${text}`}
        crumbs={[
          { label: "Overview", to: "/" },
          { label: "Pool", to: "/pool" },
          { label: "Rounds", to: "/pool/rounds" },
          { label: text },
        ]}
        badge={
          round.data === undefined ? null : round.data.block === null ? (
            <Badge tone="accent" icon="pick">
              counts now
            </Badge>
          ) : (
            <WordBadge word={blockWord(round.data.block)} />
          )
        }
      />
      <PoolOnly>
        <div className="grid items-start gap-4 lg:grid-cols-2">
          <QueryCard query={round} missing="No such round" title="The round" rows={8}>
            {(found) => <Round round={found} />}
          </QueryCard>
          <QueryCard query={round} missing="No such round" title="Who has what part" rows={8}>
            {(found) => <Parts round={found} />}
          </QueryCard>
        </div>
        <QueryCard query={round} missing="No such round" title="Signed heads of its log" rows={3}>
          {(found) => <Heads round={found} />}
        </QueryCard>
      </PoolOnly>
    </>
  );
}

function Round({ round }: { readonly round: PoolRound }) {
  const { block } = round;
  const coins = (atoms: string | null) => (atoms === null ? "not divided yet" : <Amount atoms={BigInt(atoms)} />);
  return (
    <Facts
      facts={[
        { label: "Terms", value: `${round.scheme.toUpperCase()}, fee ${feeText(round.feePpm)}` },
        { label: "Began", value: <TimeAgo timeMs={round.startedMs} /> },
        round.endedMs === null ? null : { label: "Ended", value: <TimeAgo timeMs={round.endedMs} /> },
        { label: "Shares", value: formatCount(round.shares) },
        { label: "Work", value: `${workText(round.work)} hashes` },
        { label: "Effort", value: `${percent(round.effort)} of what a block takes on average` },
        ...(block === null
          ? []
          : [
              { label: "Block", value: <Hash value={block.hash} to={`/blocks/${block.hash}`} keep={10} copy /> },
              { label: "Height", value: formatCount(block.height) },
              { label: "Found by", value: <MinerLabel address={block.finder} /> },
              block.refused === null ? null : { label: "The node said", value: block.refused },
              { label: "Reward", value: coins(block.reward) },
              { label: "Fee", value: coins(block.fee) },
              block.totalWork === null
                ? null
                : { label: "Divided by", value: `${workText(block.totalWork)} hashes of work in the window` },
            ]),
      ]}
    />
  );
}

type Part = PoolRound["parts"][number];

function Parts({ round }: { readonly round: PoolRound }) {
  if (round.parts.length === 0) return <EmptyState icon="pick" title="No share yet" />;
  const total = round.parts.reduce((sum, { work }) => sum + Number(work), 0);
  const columns: readonly Column<Part>[] = [
    { key: "miner", header: "Miner", names: true, render: ({ address }) => <MinerLabel address={address} /> },
    {
      key: "work",
      header: "Work",
      align: "right",
      render: ({ work }) => <span className="tabular">{workText(work)}</span>,
    },
    {
      key: "part",
      header: "Part",
      align: "right",
      from: "sm",
      render: ({ work }) => <span className="tabular">{percent(total === 0 ? 0 : Number(work) / total, 2)}</span>,
    },
    {
      key: "amount",
      header: "Coins",
      align: "right",
      render: ({ amount }) => (amount === null ? "–" : <Amount atoms={BigInt(amount)} unit={false} aligned />),
    },
  ];
  return <DataTable label="Parts" columns={columns} rows={round.parts} rowKey={({ address }) => address} />;
}

type Head = PoolRound["heads"][number];
const HEAD_COLUMNS: readonly Column<Head>[] = [
  {
    key: "size",
    header: "Shares",
    names: true,
    render: ({ size, final }) => (
      <span className="tabular">
        {formatCount(size)}
        {final ? " (final)" : ""}
      </span>
    ),
  },
  { key: "root", header: "Root", render: ({ root }) => <Hash value={root} keep={10} copy what="root" /> },
  {
    key: "signature",
    header: "Signature",
    from: "md",
    render: ({ signature }) => <Hash value={signature} keep={10} copy what="signature" />,
  },
  { key: "when", header: "Signed", align: "right", render: ({ timeMs }) => <TimeAgo timeMs={timeMs} plain /> },
];

function Heads({ round }: { readonly round: PoolRound }) {
  if (round.heads.length === 0)
    return (
      <EmptyState icon="lock" title="Nothing signed yet">
        The pool signs the log of a round every few seconds while it grows, and once when it ends.
      </EmptyState>
    );
  return (
    <>
      <DataTable
        label="Heads"
        columns={HEAD_COLUMNS}
        rows={round.heads}
        rowKey={({ size, final }) => `${size}${final}`}
      />
      <p className="border-line border-t px-4 py-2.5 text-ink-faint text-xs">
        Each receipt promises a place in this log; <code>agon pool audit</code> holds the two against each other.
      </p>
    </>
  );
}
