import { Link } from "@tanstack/react-router";
import type { Account } from "#api/contract";
import { useAccount, useAccountTransactions, useFeature, useNames, useValidators } from "../client/index.ts";
import {
  Amount,
  Badge,
  Button,
  buttonClass,
  Card,
  EmptyState,
  ErrorState,
  type Fact,
  Facts,
  formatCount,
  Hash,
  Identicon,
  PageHeading,
  SkeletonRows,
  shorten,
} from "../ui/index.ts";
import { AccountProofCard } from "./account-proof-card.tsx";
import { QueryCard } from "./query-card.tsx";
import { TransactionsTable } from "./transactions-table.tsx";
import { useParam } from "./use-param.ts";

export function AccountPage() {
  const address = useParam("address");
  const account = useAccount(address);
  const name = useNames().get(address);
  const hasPool = useFeature("pool") === true;
  const isValidator = useValidators().data?.items.some((one) => one.address === address) === true;
  return (
    <>
      <title>{`${name ?? shorten(address, 6)} · Agon`}</title>
      <PageHeading
        title={
          <span className="flex items-center gap-2.5">
            <Identicon value={address} size={26} />
            {name ?? "Account"}
          </span>
        }
        crumbs={[
          { label: "Overview", to: "/" },
          { label: "Accounts", to: "/accounts" },
          { label: name ?? shorten(address, 6) },
        ]}
        badge={account.data?.exists === false ? <Badge icon="info">never used</Badge> : null}
        actions={
          <>
            {isValidator ? (
              <Link to={`/validators/${address}`} className={buttonClass("plain", "small")}>
                Its validator
              </Link>
            ) : null}
            {hasPool ? (
              <Link to={`/pool/miners/${address}`} className={buttonClass("plain", "small")}>
                At the pool
              </Link>
            ) : null}
            <Link to="/wallet" search={{ to: address }} className={buttonClass("plain", "small")}>
              Send to it
            </Link>
          </>
        }
      />
      <div className="grid gap-4 lg:grid-cols-[minmax(0,1.4fr)_minmax(0,1fr)]">
        <QueryCard query={account} missing="No such account" title="Balance" rows={5}>
          {(data) => <Balances account={data} />}
        </QueryCard>
        {account.data === undefined ? null : <AccountProofCard key={address} account={account.data} />}
      </div>
      <History address={address} />
    </>
  );
}

function Balances({ account }: { readonly account: Account }) {
  const pending = BigInt(account.pendingBalance) - BigInt(account.balance);
  const maturing = account.maturing.reduce((sum, item) => sum + BigInt(item.amount), 0n);
  const facts: readonly (Fact | null)[] = [
    { label: "Address", value: <Hash value={account.address} full copy what="address" /> },
    { label: "Balance", value: <Amount atoms={BigInt(account.balance)} column /> },
    pending === 0n ? null : { label: "Pending", value: <Amount atoms={pending} signed column /> },
    account.maturing.length === 0
      ? null
      : {
          label: "Maturing",
          value: (
            <div className="flex flex-col gap-1">
              <Amount atoms={maturing} column />
              <span className="text-ink-faint text-xs">{maturesAt(account)}</span>
            </div>
          ),
        },
    { label: "Next nonce", value: <span className="tabular">{formatCount(account.pendingNonce)}</span> },
    {
      label: "As of block",
      value: (
        <Link to={`/blocks/${account.block.hash}`} className="tabular underline underline-offset-3">
          {formatCount(account.block.height)}
        </Link>
      ),
    },
  ];
  return <Facts facts={facts} />;
}

/** "the first at block 40, the last at 44" */
function maturesAt(account: Account): string {
  const heights = account.maturing.map((item) => item.height);
  const first = formatCount(Math.min(...heights));
  const last = formatCount(Math.max(...heights));
  return first === last ? `at block ${first}` : `the first at block ${first}, the last at ${last}`;
}

function History({ address }: { readonly address: string }) {
  const history = useAccountTransactions(address);
  const names = useNames();
  const items = history.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      <Card title="Sent and received" flush>
        {history.data === undefined ? (
          history.isError ? (
            <ErrorState message={history.error.message} retry={() => void history.refetch()} />
          ) : (
            <SkeletonRows rows={6} />
          )
        ) : items.length === 0 ? (
          <EmptyState icon="mempool" title="Nothing sent or received yet" command={`agon send ${address} 1`}>
            Rewards for blocks stand with the blocks; transfers and records appear here.
          </EmptyState>
        ) : (
          <TransactionsTable
            label="Transactions of the account"
            transactions={items}
            names={names}
            of={address}
            show={["status", "when"]}
          />
        )}
      </Card>
      {history.hasNextPage ? (
        <Button className="self-center" busy={history.isFetchingNextPage} onClick={() => void history.fetchNextPage()}>
          Older
        </Button>
      ) : null}
    </>
  );
}
