/** What each kind of transaction is called and does, for tables and pages. */
import type { Transaction } from "#api/contract";
import { Badge, type IconName } from "../ui/index.ts";

const KINDS: Readonly<Record<Transaction["kind"], { readonly word: string; readonly icon: IconName }>> = {
  transfer: { word: "transfer", icon: "arrowRight" },
  record: { word: "record", icon: "record" },
  bond: { word: "bond", icon: "lock" },
  unbond: { word: "unbond", icon: "unlock" },
  evidence: { word: "evidence", icon: "alert" },
  renew: { word: "renewal", icon: "renew" },
};

export function KindBadge({ transaction }: { readonly transaction: Transaction }) {
  const { word, icon } = KINDS[transaction.kind];
  return <Badge icon={icon}>{word}</Badge>;
}

/** Coins that it moves, the fee aside; null where it is about none. */
export function movedAtoms(transaction: Transaction): bigint | null {
  switch (transaction.kind) {
    case "transfer":
      return transaction.payload.outputs.reduce((sum, output) => sum + BigInt(output.amount), 0n);
    case "bond":
    case "unbond":
      return BigInt(transaction.payload.amount);
    default:
      return null;
  }
}

/** What it changed for one account, without the fee; null where it is about no coins. */
export function changeFor(address: string, transaction: Transaction): bigint | null {
  const moved = movedAtoms(transaction);
  if (moved === null) return null;
  if (transaction.kind === "bond") return -moved;
  if (transaction.kind !== "transfer") return 0n;
  const got = transaction.payload.outputs.reduce(
    (sum, out) => (out.to === address ? sum + BigInt(out.amount) : sum),
    0n,
  );
  return transaction.sender === address ? got - moved : got;
}
