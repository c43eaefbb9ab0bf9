import { Link } from "@tanstack/react-router";
import type { Transaction } from "#api/contract";
import { AddressLabel, Amount, Badge, type Column, DataTable, formatBytes, Hash, Icon, TimeAgo } from "../ui/index.ts";
import { changeFor, KindBadge, movedAtoms } from "./transaction-kind.tsx";

/** Atoms a byte, which is what the mempool orders by. */
export function feeRate(transaction: Transaction): number {
  return Number(transaction.fee) / transaction.sizeBytes;
}

export function TransactionStatusBadge({ transaction }: { readonly transaction: Transaction }) {
  if (transaction.status === "pending")
    return (
      <Badge tone="warn" icon="clock">
        pending
      </Badge>
    );
  if (transaction.block === null)
    return (
      <Badge tone="bad" icon="fork">
        stale
      </Badge>
    );
  const { confirmations } = transaction.block;
  return (
    <Badge tone="good" icon="check">
      {confirmations === 1 ? "included" : `${confirmations} deep`}
    </Badge>
  );
}

/** Whom it is for: the recipient, how many there are, or how large the record is. */
function What({
  transaction,
  names,
}: {
  readonly transaction: Transaction;
  readonly names: ReadonlyMap<string, string>;
}) {
  if (transaction.kind === "record")
    return (
      <Link
        to={`/records/${transaction.id}`}
        className="inline-flex items-center gap-1.5 underline-offset-3 hover:underline"
      >
        <Icon name="record" size={14} />
        {formatBytes(transaction.payload.dataBytes)} of {transaction.payload.mediaType === "json" ? "JSON" : "bytes"}
      </Link>
    );
  if (transaction.kind !== "transfer") return <Deed transaction={transaction} />;
  const [first] = transaction.payload.outputs;
  if (transaction.payload.outputs.length !== 1 || first === undefined)
    return <span>{transaction.payload.outputs.length} recipients</span>;
  return <AddressLabel address={first.to} name={names.get(first.to)} />;
}

/** What it does to a validator; nobody receives anything at once. */
function Deed({ transaction }: { readonly transaction: Exclude<Transaction, { kind: "transfer" | "record" }> }) {
  if (transaction.kind === "evidence") return <span>{transaction.payload.what}</span>;
  if (transaction.kind === "renew") return <span className="text-ink-soft">a new onion</span>;
  return (
    <Link to={`/validators/${transaction.sender}`} className="underline-offset-3 hover:underline">
      {transaction.kind === "bond" ? "its own bond" : "out of its bond"}
    </Link>
  );
}

export interface TransactionsTableProps {
  readonly label: string;
  readonly transactions: readonly Transaction[];
  readonly names: ReadonlyMap<string, string>;
  /** Amounts are seen from this account: what it got is positive. */
  readonly of?: string;
  readonly show?: readonly ("status" | "rate" | "when")[];
}

export function TransactionsTable({ label, transactions, names, of, show = [] }: TransactionsTableProps) {
  const columns: (Column<Transaction> | false)[] = [
    {
      key: "id",
      header: "Transaction",
      names: true,
      render: (transaction) => <Hash value={transaction.id} to={`/transactions/${transaction.id}`} keep={5} />,
    },
    show.includes("status") && {
      key: "status",
      header: "State",
      render: (transaction) => <TransactionStatusBadge transaction={transaction} />,
    },
    { key: "kind", header: "Kind", from: "lg", render: (transaction) => <KindBadge transaction={transaction} /> },
    {
      key: "from",
      header: "From",
      from: "md",
      render: (transaction) => <AddressLabel address={transaction.sender} name={names.get(transaction.sender)} />,
    },
    { key: "to", header: "To", from: "sm", render: (transaction) => <What transaction={transaction} names={names} /> },
    {
      key: "amount",
      header: "Amount, coins",
      align: "right",
      render: (transaction) => <Moved transaction={transaction} of={of} />,
    },
    show.includes("rate") && {
      key: "rate",
      header: "Fee rate",
      align: "right",
      from: "sm",
      render: (transaction) => (
        <span className="tabular">
          {feeRate(transaction).toFixed(1)} <span className="font-sans text-ink-faint text-xs">atoms/B</span>
        </span>
      ),
    },
    show.includes("when") && {
      key: "when",
      header: "When",
      from: "sm",
      render: (transaction) => (transaction.block === null ? "–" : <TimeAgo timeMs={transaction.block.timeMs} plain />),
    },
  ];
  return (
    <DataTable
      label={label}
      columns={columns.filter((column) => column !== false)}
      rows={transactions}
      rowKey={(transaction) => transaction.id}
    />
  );
}

function Moved({ transaction, of }: { readonly transaction: Transaction; readonly of: string | undefined }) {
  const atoms = of === undefined ? movedAtoms(transaction) : changeFor(of, transaction);
  if (atoms === null) return <span className="text-ink-faint">–</span>;
  return <Amount atoms={atoms} aligned unit={false} signed={of !== undefined} />;
}
