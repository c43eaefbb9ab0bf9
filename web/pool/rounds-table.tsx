import { Link } from "@tanstack/react-router";
import type { PoolRoundLine } from "#api/contract";
import { Amount, Badge, type Column, DataTable, formatCount, TimeAgo, WordBadge } from "../ui/index.ts";
import { MinerLabel } from "./parts.tsx";
import { blockWord, percent } from "./words.ts";

const COLUMNS: readonly Column<PoolRoundLine>[] = [
  {
    key: "round",
    header: "Round",
    names: true,
    render: ({ id }) => (
      <Link to={`/pool/rounds/${id}`} className="tabular underline-offset-3 hover:underline">
        {formatCount(id)}
      </Link>
    ),
  },
  {
    key: "block",
    header: "Block",
    render: ({ block }) =>
      block === null ? (
        <span className="text-ink-faint">–</span>
      ) : (
        <Link to={`/blocks/${block.hash}`} className="tabular underline-offset-3 hover:underline" title={block.hash}>
          {formatCount(block.height)}
        </Link>
      ),
  },
  {
    key: "state",
    header: "State",
    render: ({ block }) =>
      block === null ? (
        <Badge tone="accent" icon="pick">
          counts now
        </Badge>
      ) : (
        <WordBadge word={blockWord(block)} {...(block.refused === null ? {} : { title: block.refused })} />
      ),
  },
  {
    key: "effort",
    header: "Effort",
    align: "right",
    render: ({ effort }) => <span className="tabular">{percent(effort, 0)}</span>,
  },
  {
    key: "shares",
    header: "Shares",
    align: "right",
    from: "sm",
    render: ({ shares }) => <span className="tabular">{formatCount(shares)}</span>,
  },
  {
    key: "reward",
    header: "Reward, coins",
    align: "right",
    from: "sm",
    render: ({ block }) =>
      block === null || block.reward === null ? "–" : <Amount atoms={BigInt(block.reward)} unit={false} />,
  },
  {
    key: "finder",
    header: "Found by",
    from: "md",
    render: ({ block }) => (block === null ? "–" : <MinerLabel address={block.finder} />),
  },
  {
    key: "when",
    header: "When",
    align: "right",
    from: "lg",
    render: ({ startedMs, endedMs }) => <TimeAgo timeMs={endedMs ?? startedMs} plain />,
  },
];

/** Left out beside other cards. */
const LONG_ONLY = new Set(["shares", "when"]);

/** @param short without what can be read in the round itself */
export function RoundsTable({
  rounds,
  short,
}: {
  readonly rounds: readonly PoolRoundLine[];
  readonly short?: boolean;
}) {
  const columns = short ? COLUMNS.filter(({ key }) => !LONG_ONLY.has(key)) : COLUMNS;
  return <DataTable label="Rounds" columns={columns} rows={rounds} rowKey={({ id }) => String(id)} />;
}
