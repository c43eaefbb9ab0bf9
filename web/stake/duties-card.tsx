import type { Duties, ValidatorState } from "#api/contract";
import { useDuties } from "../client/index.ts";
import { QueryCard } from "../explorer/query-card.tsx";
import { Badge, EmptyState, exactTime, formatCount, Icon, useNowMs } from "../ui/index.ts";
import { formatDuration } from "./words.ts";

/** What a validator must do next, counted down. */
export function DutiesCard({ address, state }: { readonly address: string; readonly state: ValidatorState }) {
  const duties = useDuties(address);
  return (
    <QueryCard query={duties} missing="No such validator" title="Duties ahead" rows={4}>
      {(found) => <DutyList duties={found} state={state} />}
    </QueryCard>
  );
}

function DutyList({ duties, state }: { readonly duties: Duties; readonly state: ValidatorState }) {
  const now = useNowMs();
  const { slots, vote } = duties;
  if (state !== "active" && slots.length === 0 && vote === null)
    return (
      <EmptyState icon="clock" title="Nothing ahead">
        It stands in no table at present, so nobody waits for it.
      </EmptyState>
    );
  return (
    <ul className="divide-y divide-line">
      {vote === null ? null : <VoteRow vote={vote} now={now} />}
      {slots.map(({ slot, timeMs, epoch }) => (
        <li key={slot} className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2.5 text-sm">
          <Icon name="blocks" size={15} />
          <span>
            Block in slot <span className="tabular">{formatCount(slot)}</span>{" "}
            <span className="text-ink-faint text-xs">epoch {formatCount(epoch)}</span>
          </span>
          <span className="ml-auto tabular-nums" title={exactTime(timeMs)}>
            {timeMs - now < 500 ? "now" : `in ${formatDuration(timeMs - now)}`}
          </span>
        </li>
      ))}
      <li className="px-4 py-2.5 text-ink-faint text-xs">
        {slots.length === 0 ? "Not drawn" : "All that is drawn"} up to slot {formatCount(duties.knownToSlot)}; later
        slots are not drawn yet, and nobody can know them.
      </li>
    </ul>
  );
}

function VoteRow({ vote, now }: { readonly vote: NonNullable<Duties["vote"]>; readonly now: number }) {
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2.5 text-sm">
      <Icon name="vote" size={15} />
      <span>
        Vote for epoch <span className="tabular">{formatCount(vote.epoch)}</span>
      </span>
      <span className="ml-auto tabular-nums">
        {vote.done ? (
          <Badge tone="good" icon="check">
            in a block
          </Badge>
        ) : vote.fromMs > now ? (
          `in ${formatDuration(vote.fromMs - now)}`
        ) : (
          <Badge tone="warn" icon="clock">
            due now
          </Badge>
        )}
      </span>
    </li>
  );
}
