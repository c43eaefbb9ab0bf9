import type { UnbondingPart } from "#api/contract";
import { Amount, Card, EmptyState, exactTime, formatCount, useNowMs } from "../ui/index.ts";
import { formatDuration } from "./words.ts";

/** What is on its way out of a bond, and when it is paid. */
export function UnbondingCard({ parts }: { readonly parts: readonly UnbondingPart[] }) {
  const now = useNowMs();
  // Two of the same amount and epoch are told apart by their place alone, which stays.
  const rows = parts.map((part, place) => ({ ...part, place }));
  return (
    <Card title="On its way out" flush>
      {rows.length === 0 ? (
        <EmptyState icon="unlock" title="Nothing is unbonding" command="agon stake unbond 500 --from main">
          What is unbonded leaves the tables once that is final, and is paid some epochs later. Until then an offence
          still costs a part of it.
        </EmptyState>
      ) : (
        <ul className="divide-y divide-line">
          {rows.map(({ place, amount, paidAtEpoch, paidAtMs }) => (
            <li key={place} className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 px-4 py-2.5 text-sm">
              <Amount atoms={BigInt(amount)} column />
              {paidAtEpoch === null || paidAtMs === null ? (
                <span className="text-ink-soft">waits to be final</span>
              ) : (
                <span className="text-ink-soft" title={exactTime(paidAtMs)}>
                  paid at epoch {formatCount(paidAtEpoch)}, in {formatDuration(paidAtMs - now)}
                </span>
              )}
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
