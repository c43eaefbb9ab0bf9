import { Link } from "@tanstack/react-router";
import type { Transaction } from "#api/contract";
import { useNames, useTransaction } from "../client/index.ts";
import {
  AddressLabel,
  Amount,
  Card,
  exactTime,
  type Fact,
  Facts,
  formatBytes,
  formatCount,
  Hash,
  PageHeading,
  plural,
  shorten,
} from "../ui/index.ts";
import { QueryCard } from "./query-card.tsx";
import { RecordView } from "./record-view.tsx";
import { StakeCard } from "./stake-card.tsx";
import { KindBadge } from "./transaction-kind.tsx";
import { feeRate, TransactionStatusBadge } from "./transactions-table.tsx";
import { useParam } from "./use-param.ts";

export function TransactionPage() {
  const id = useParam("id");
  const transaction = useTransaction(id);
  const { data } = transaction;
  return (
    <>
      <title>{`Transaction ${shorten(id, 5)} · Agon`}</title>
      <PageHeading
        title="Transaction"
        crumbs={[
          { label: "Overview", to: "/" },
          data?.block
            ? { label: `Block ${formatCount(data.block.height)}`, to: `/blocks/${data.block.hash}` }
            : { label: "Mempool", to: "/mempool" },
          { label: shorten(id, 5) },
        ]}
        badge={
          data === undefined ? null : (
            <span className="flex gap-2" aria-live="polite">
              <TransactionStatusBadge transaction={data} />
              <KindBadge transaction={data} />
            </span>
          )
        }
      />
      <QueryCard query={transaction} missing="No such transaction" title="What it says" rows={8}>
        {(found) => <TransactionFacts transaction={found} />}
      </QueryCard>
      {data?.kind === "transfer" ? <Outputs transaction={data} /> : null}
      {data?.kind === "record" ? <RecordView id={data.id} /> : null}
      {data === undefined ? null : <StakeCard transaction={data} />}
    </>
  );
}

function TransactionFacts({ transaction }: { readonly transaction: Transaction }) {
  const names = useNames();
  const { block } = transaction;
  const facts: readonly Fact[] = [
    { label: "Id", value: <Hash value={transaction.id} full copy what="transaction id" /> },
    {
      label: "Where",
      value:
        block === null ? (
          transaction.status === "pending" ? (
            <>
              waiting in the{" "}
              <Link to="/mempool" className="underline underline-offset-3">
                mempool
              </Link>{" "}
              for a block
            </>
          ) : (
            "only on a stale branch; it is not part of the chain"
          )
        ) : (
          <>
            block{" "}
            <Link to={`/blocks/${block.hash}`} className="font-medium tabular-nums underline underline-offset-3">
              {formatCount(block.height)}
            </Link>
            , place {formatCount(block.index)}, {plural(block.confirmations, "confirmation")}
          </>
        ),
    },
    ...(block === null ? [] : [{ label: "Time of the block", value: exactTime(block.timeMs) }]),
    { label: "From", value: <AddressLabel address={transaction.sender} name={names.get(transaction.sender)} copy /> },
    { label: "Nonce", value: <span className="tabular">{formatCount(transaction.nonce)}</span> },
    {
      label: "Fee",
      value: (
        <>
          <Amount atoms={BigInt(transaction.fee)} />{" "}
          <span className="text-ink-faint text-xs">
            {formatCount(Number(transaction.fee))} atoms, {feeRate(transaction).toFixed(1)} a byte
          </span>
        </>
      ),
    },
    { label: "Size", value: formatBytes(transaction.sizeBytes) },
    { label: "Sender's key", value: <Hash value={transaction.senderKey} full copy what="key" /> },
    { label: "Signature", value: <Hash value={transaction.signature} full copy what="signature" /> },
  ];
  return <Facts facts={facts} />;
}

function Outputs({ transaction }: { readonly transaction: Transaction & { kind: "transfer" } }) {
  const names = useNames();
  // Outputs have no other identity than their place, and never move.
  const outputs = transaction.payload.outputs.map((output, place) => ({ ...output, place }));
  return (
    <Card title={outputs.length === 1 ? "Recipient" : `${outputs.length} recipients`} flush>
      <ul className="divide-y divide-line">
        {outputs.map((output) => (
          <li
            key={output.place}
            className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 px-4 py-2.5 text-sm"
          >
            <AddressLabel address={output.to} name={names.get(output.to)} copy />
            <Amount atoms={BigInt(output.amount)} aligned />
          </li>
        ))}
      </ul>
    </Card>
  );
}
