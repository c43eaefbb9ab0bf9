import type { FoundOffence } from "#api/contract";
import { useOffences } from "../client/index.ts";
import { Badge, Card, CommandLine, formatCount, Hash } from "../ui/index.ts";
import { ValidatorLabel } from "./parts.tsx";

/** What the node has seen and nobody has reported; nothing while all are honest. */
export function OffencesCard() {
  const { data } = useOffences();
  if (data === undefined || data.items.length === 0) return null;
  // Two of one key and epoch differ in their bytes.
  const keyOf = ({ evidence }: FoundOffence): string => `${evidence.first}${evidence.second}`;
  return (
    <Card
      title="Offences that nobody has reported"
      action={
        <Badge tone="bad" icon="alert">
          {formatCount(data.items.length)} seen
        </Badge>
      }
      flush
    >
      <ul className="divide-y divide-line">
        {data.items.map((offence) => (
          <li
            key={keyOf(offence)}
            className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 px-4 py-2.5 text-sm"
          >
            {offence.validator === null ? (
              <Hash value={offence.signingKey} />
            ) : (
              <ValidatorLabel address={offence.validator} />
            )}
            <span>{offence.what}</span>
            <span className="text-ink-faint text-xs">epoch {formatCount(offence.epoch)}</span>
          </li>
        ))}
      </ul>
      <div className="flex flex-wrap items-center gap-2 border-line border-t px-4 py-2.5 text-ink-soft text-sm">
        Whoever reports one is paid a share of what it costs its validator:
        <CommandLine command="agon stake evidence submit" />
      </div>
    </Card>
  );
}
