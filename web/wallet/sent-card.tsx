import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Transaction } from "#api/contract";
import { keys, useClient, useNames } from "../client/index.ts";
import { TransactionStatusBadge } from "../explorer/transactions-table.tsx";
import { AddressLabel, Amount, Card, formatCount, Hash, Skeleton } from "../ui/index.ts";

const ASK_AGAIN_MS = 1_500;

/** What was sent from this page: pending at once, included in place when a block takes it. */
export function SentCard({ ids }: { readonly ids: readonly string[] }) {
  if (ids.length === 0) return null;
  return (
    <Card title="Sent from here" flush>
      <ul aria-live="polite" className="divide-y divide-line">
        {ids.map((id) => (
          <SentRow key={id} id={id} />
        ))}
      </ul>
    </Card>
  );
}

function SentRow({ id }: { readonly id: string }) {
  const client = useClient();
  const names = useNames();
  const { data } = useQuery<Transaction>({
    queryKey: keys.transaction(id),
    queryFn: ({ signal }) => client.transaction(id, { signal }),
    refetchInterval: ({ state }) => (state.data?.status === "included" ? false : ASK_AGAIN_MS),
  });
  const bond = data?.kind === "bond" || data?.kind === "unbond" ? data : undefined;
  const output = data?.kind === "transfer" ? data.payload.outputs[0] : undefined;
  return (
    <li
      data-sent={id}
      data-status={data?.status}
      className="flex animate-arrive flex-wrap items-center gap-x-4 gap-y-1.5 px-4 py-3 text-sm"
    >
      {data === undefined ? <Skeleton className="h-5 w-20" /> : <TransactionStatusBadge transaction={data} />}
      <Hash value={id} to={`/transactions/${id}`} keep={5} />
      {data?.block ? (
        <span className="text-ink-soft">
          in block{" "}
          <Link to={`/blocks/${data.block.hash}`} className="tabular underline underline-offset-3">
            {formatCount(data.block.height)}
          </Link>
        </span>
      ) : (
        <span className="text-ink-soft">waiting for a block</span>
      )}
      {bond === undefined ? null : (
        <span className="ml-auto flex flex-wrap items-center gap-3">
          <Link to={`/validators/${bond.sender}`} className="underline underline-offset-3">
            {bond.kind === "bond" ? "into the bond" : "out of the bond"} of {names.get(bond.sender) ?? "its owner"}
          </Link>
          <Amount atoms={BigInt(bond.payload.amount)} />
        </span>
      )}
      {output === undefined ? null : (
        <span className="ml-auto flex flex-wrap items-center gap-3">
          <AddressLabel address={output.to} name={names.get(output.to)} />
          <Amount atoms={BigInt(output.amount)} />
        </span>
      )}
    </li>
  );
}
