import { Link, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useDevnetAccounts, useDevnetNodes } from "../client/index.ts";
import { buttonClass, Card, EmptyState, ErrorState, PageHeading, SkeletonRows } from "../ui/index.ts";
import { FaucetCard } from "./faucet-card.tsx";
import { SendCard } from "./send-card.tsx";
import { SentCard } from "./sent-card.tsx";
import { StakeCard } from "./stake-card.tsx";

const SENT_SHOWN = 10;

/** Faucet and sending for the development accounts, whose keys are public. */
export function WalletPage() {
  const nodes = useDevnetNodes();
  const accounts = useDevnetAccounts();
  const { to } = useSearch({ strict: false }) as { readonly to?: unknown };
  const [sent, setSent] = useState<readonly string[]>([]);
  const onSent = (id: string): void => setSent((before) => [id, ...before].slice(0, SENT_SHOWN));
  return (
    <>
      <title>Wallet · Agon</title>
      <PageHeading
        title="Wallet"
        crumbs={[{ label: "Overview", to: "/" }, { label: "Wallet" }]}
        actions={
          <Link to="/accounts" className={buttonClass("plain", "small")}>
            Accounts
          </Link>
        }
      />
      {accounts.data ? (
        <>
          <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1.3fr)_minmax(0,1fr)]">
            <SendCard accounts={accounts.data} to={typeof to === "string" ? to : ""} onSent={onSent} />
            <FaucetCard accounts={accounts.data} onSent={onSent} />
          </div>
          <StakeCard accounts={accounts.data} onSent={onSent} />
          <SentCard ids={sent} />
        </>
      ) : (
        <Card>
          {nodes.data === null ? (
            <EmptyState icon="wallet" title="Your keys stay with you" command="agon send <address> 1">
              This server knows no development accounts. Send from the command line, where your keys lie encrypted.
            </EmptyState>
          ) : nodes.isError ? (
            <ErrorState message={nodes.error.message} retry={() => void nodes.refetch()} />
          ) : (
            <SkeletonRows rows={6} />
          )}
        </Card>
      )}
    </>
  );
}
