import { Link } from "@tanstack/react-router";
import { useTransaction } from "../client/index.ts";
import { buttonClass, PageHeading, shorten } from "../ui/index.ts";
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
    </>
  );
}
