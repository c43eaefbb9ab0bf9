import type { Validators } from "#api/contract";
import { formatCount, StatPanel, useNowMs } from "../ui/index.ts";
import { formatDuration } from "./words.ts";

/** The present epoch, and how long it lasts. */
export function EpochClock({ validators }: { readonly validators: Validators | undefined }) {
  const now = useNowMs();
  if (validators === undefined) return <StatPanel label="Epoch" value={undefined} />;
  const { rules, slot, epoch } = validators;
  const left = (epoch + 1) * rules.epochSlots - slot;
  const inSlot = now % rules.slotMs;
  return (
    <StatPanel
      label="Epoch"
      value={formatCount(epoch)}
      unit={`slot ${slot - epoch * rules.epochSlots + 1} of ${rules.epochSlots}`}
      hint={`The next one begins in about ${formatDuration(left * rules.slotMs - inSlot)}`}
    />
  );
}
