import { Link } from "@tanstack/react-router";
import type { Transaction } from "#api/contract";
import { Amount, Card, exactTime, type Fact, Facts, formatCount, Hash } from "../ui/index.ts";

/** What a transaction about a validator says; nothing for the other kinds. */
export function StakeCard({ transaction }: { readonly transaction: Transaction }) {
  const facts = factsOf(transaction);
  if (facts === null) return null;
  return (
    <Card title={facts.title} flush>
      <Facts
        facts={[
          ...facts.facts,
          {
            label: "Validator",
            value: (
              <Link to={`/validators/${transaction.sender}`} className="underline underline-offset-3">
                see how it stands
              </Link>
            ),
          },
        ].filter(({ label }) => label !== "Validator" || facts.isOwners)}
      />
    </Card>
  );
}

function factsOf(
  transaction: Transaction,
): { readonly title: string; readonly facts: readonly Fact[]; readonly isOwners: boolean } | null {
  switch (transaction.kind) {
    case "bond": {
      const { amount, signingKey, onionTip } = transaction.payload;
      return {
        title: "What it bonds",
        isOwners: true,
        facts: [
          { label: "Amount", value: <Amount atoms={BigInt(amount)} /> },
          { label: "Counts", value: "once the block that holds it is final, from the next table on" },
          { label: "Signing key", value: <Hash value={signingKey} full copy what="signing key" /> },
          { label: "Onion", value: <Hash value={onionTip} full copy what="onion" /> },
        ],
      };
    }
    case "unbond":
      return {
        title: "What it unbonds",
        isOwners: true,
        facts: [
          { label: "Amount", value: <Amount atoms={BigInt(transaction.payload.amount)} /> },
          { label: "Leaves", value: "the tables once final; paid some epochs later, and can be slashed until then" },
        ],
      };
    case "renew":
      return {
        title: "What it renews",
        isOwners: false,
        facts: [
          { label: "Onion", value: <Hash value={transaction.payload.onionTip} full copy what="onion" /> },
          { label: "Counts", value: "from the second epoch after" },
        ],
      };
    case "evidence": {
      const { what, signingKey, epoch, timeMs, first, second } = transaction.payload;
      return {
        title: "What it proves",
        isOwners: false,
        facts: [
          { label: "Offence", value: what },
          { label: "Signed by", value: <Hash value={signingKey} full copy what="signing key" /> },
          ...(epoch === null ? [] : [{ label: "Epoch", value: formatCount(epoch) }]),
          ...(timeMs === null ? [] : [{ label: "Slot of", value: exactTime(timeMs) }]),
          { label: "One", value: <Hash value={first} full copy what="first part" /> },
          { label: "The other", value: <Hash value={second} full copy what="second part" /> },
        ],
      };
    }
    default:
      return null;
  }
}
