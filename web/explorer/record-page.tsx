import { Link } from "@tanstack/react-router";
import type { Transaction } from "#api/contract";
import { useNames, useTransaction } from "../client/index.ts";
import {
  AddressLabel,
  buttonClass,
  Card,
  Facts,
  formatCount,
  Hash,
  PageHeading,
  shorten,
  TimeAgo,
} from "../ui/index.ts";
import { RecordView } from "./record-view.tsx";
import { TransactionStatusBadge } from "./transactions-table.tsx";
import { useParam } from "./use-param.ts";

export function RecordPage() {
  const id = useParam("id");
  const { data } = useTransaction(id);
  return (
    <>
      <title>{`Record ${shorten(id, 5)} · Agon`}</title>
      <PageHeading
        title="Record"
        crumbs={[{ label: "Overview", to: "/" }, { label: "Records", to: "/records" }, { label: shorten(id, 5) }]}
        badge={data === undefined ? null : <TransactionStatusBadge transaction={data} />}
        actions={
          <Link to={`/transactions/${id}`} className={buttonClass("plain", "small")}>
            Its transaction
          </Link>
        }
      />
      <RecordView id={id} />
      {data === undefined ? null : <Origin transaction={data} />}
    </>
  );
}

/** Who put it on the chain, and when. */
function Origin({ transaction: { id, sender, block } }: { readonly transaction: Transaction }) {
  const names = useNames();
  return (
    <Card title="Where it comes from" flush>
      <Facts
        facts={[
          { label: "Id", value: <Hash value={id} full copy what="record id" /> },
          { label: "By", value: <AddressLabel address={sender} name={names.get(sender)} copy /> },
          block === null
            ? { label: "Block", value: "none yet" }
            : {
                label: "Block",
                value: (
                  <>
                    <Link to={`/blocks/${block.hash}`} className="tabular underline underline-offset-3">
                      {formatCount(block.height)}
                    </Link>
                    , <TimeAgo timeMs={block.timeMs} />
                  </>
                ),
              },
        ]}
      />
    </Card>
  );
}
