import type { DevnetAccount } from "#api/contract";
import { useAccount, useDevnetAccounts, useDevnetNodes } from "../client/index.ts";
import {
  AddressLabel,
  Amount,
  Card,
  type Column,
  DataTable,
  EmptyState,
  PageHeading,
  Skeleton,
  SkeletonRows,
} from "../ui/index.ts";

const COLUMNS: readonly Column<DevnetAccount>[] = [
  {
    key: "account",
    header: "Account",
    names: true,
    render: ({ address, name }) => <AddressLabel address={address} name={name} copy />,
  },
  {
    key: "balance",
    header: "Spendable, coins",
    align: "right",
    render: ({ address }) => <Balance address={address} />,
  },
];

function Balance({ address }: { readonly address: string }) {
  const { data } = useAccount(address);
  return data === undefined ? (
    <Skeleton className="ml-auto h-4 w-24" />
  ) : (
    <Amount atoms={BigInt(data.pendingBalance)} aligned unit={false} />
  );
}

/** The accounts known by name; any other is found by its address. */
export function AccountsPage() {
  const nodes = useDevnetNodes();
  const accounts = useDevnetAccounts();
  return (
    <>
      <title>Accounts · Agon</title>
      <PageHeading title="Accounts" crumbs={[{ label: "Overview", to: "/" }, { label: "Accounts" }]} />
      <Card title="Accounts known by name" flush>
        {accounts.data ? (
          <DataTable
            label="Development accounts"
            columns={COLUMNS}
            rows={accounts.data}
            rowKey={({ address }) => address}
          />
        ) : nodes.data === null ? (
          <EmptyState icon="accounts" title="Accounts are found by their address" command="agon keys new">
            Type an address into the search above. This chain gives no accounts a name; make keys of your own to have
            one.
          </EmptyState>
        ) : (
          <SkeletonRows rows={10} />
        )}
      </Card>
    </>
  );
}
