/** Where a drawn block stands among slots and epochs, and the votes that it carries. */
import { Link } from "@tanstack/react-router";
import type { Block, BlockVotes, Draw } from "#api/contract";
import { ValidatorLabel } from "../stake/parts.tsx";
import { Badge, Card, EmptyState, type Fact, formatCount, Hash, shorten } from "../ui/index.ts";

export function drawFacts({ draw }: Block): readonly Fact[] {
  if (draw === null) return [];
  return [
    { label: "Slot", value: <SlotOf draw={draw} /> },
    {
      label: "Drawn",
      value: draw.leader === null ? <Hash value={draw.leaderKey} full /> : <ValidatorLabel address={draw.leader} />,
    },
  ];
}

function SlotOf({ draw }: { readonly draw: Draw }) {
  return (
    <span className="inline-flex flex-wrap items-center gap-x-2 gap-y-1">
      <span className="tabular">{formatCount(draw.slot)}</span>
      <span>
        of{" "}
        <Link to={`/epochs/${draw.epoch}`} className="underline underline-offset-3">
          epoch {formatCount(draw.epoch)}
        </Link>
      </span>
      {draw.isFirstOfEpoch ? (
        <Badge tone="accent" icon="epochs">
          begins the epoch
        </Badge>
      ) : null}
    </span>
  );
}

/** Nothing on a chain without votes. */
export function VotesCard({ votes }: { readonly votes: BlockVotes | null }) {
  if (votes === null) return null;
  return (
    <Card
      title={votes.count === 0 ? "Votes" : `${formatCount(votes.count)} ${votes.count === 1 ? "vote" : "votes"}`}
      flush
    >
      {votes.count === 0 ? (
        <EmptyState icon="vote" title="No votes in this block">
          Each validator votes once an epoch, a third into it; the next blocks carry the votes.
        </EmptyState>
      ) : (
        <ul className="divide-y divide-line">
          {votes.items.map(({ key, voter, sourceEpoch, targetEpoch, target }) => (
            <li
              key={`${key}-${targetEpoch}`}
              className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 px-4 py-2.5 text-sm"
            >
              {voter === null ? <Hash value={key} /> : <ValidatorLabel address={voter} />}
              <span className="text-ink-soft">
                from epoch {formatCount(sourceEpoch)} to{" "}
                <Link to={`/blocks/${target}`} title={target} className="tabular underline underline-offset-3">
                  {formatCount(targetEpoch)} at {shorten(target, 5)}
                </Link>
              </span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
