import { type FormEvent, useState } from "react";
import type { ChainInfo, DevnetAccount } from "#api/contract";
import { formatCoins } from "#wallet/core";
import { useStatus } from "../client/index.ts";
import { Button, Card, Field, Icon, SkeletonRows } from "../ui/index.ts";
import { leastFeeAtoms } from "./draft.ts";
import { useTransfer } from "./use-transfer.ts";

const GIFT_COINS = "10";

export interface FaucetCardProps {
  readonly accounts: readonly DevnetAccount[];
  readonly onSent: (id: string) => void;
}

/** Gives play money to any address: a transfer from one of the accounts whose keys everybody knows. */
export function FaucetCard(props: FaucetCardProps) {
  const { data: status } = useStatus();
  return (
    <Card title="Faucet">
      {status === undefined ? (
        <SkeletonRows rows={3} />
      ) : (
        <Faucet
          {...props}
          chain={status.chain}
          fee={formatCoins(leastFeeAtoms(status.chain, status.mempool.minFeeRate))}
        />
      )}
    </Card>
  );
}

function Faucet({
  accounts,
  onSent,
  chain,
  fee,
}: FaucetCardProps & { readonly chain: ChainInfo; readonly fee: string }) {
  const [to, setTo] = useState("");
  const [amount, setAmount] = useState(GIFT_COINS);
  const giver = accounts.at(-1);
  const { checked, send } = useTransfer(chain, giver, { to, amount, fee }, onSent);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (checked.draft !== null) send.mutate(checked.draft);
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-3">
      <p className="text-ink-soft text-sm">
        Play money for any address of this network, paid by {giver?.name}. Its key is public, so it is worth nothing
        anywhere else.
      </p>
      <Field
        label="Address"
        mono
        value={to}
        onChange={(event) => setTo(event.target.value)}
        problem={checked.problems.to}
        placeholder={`${chain.addressPrefix}1…`}
        help="Yours, for instance from agon keys new"
      />
      <Field
        label="Give"
        value={amount}
        onChange={(event) => setAmount(event.target.value)}
        problem={checked.problems.amount}
        inputMode="decimal"
        suffix="coins"
        help={`The fee of ${fee} is paid for you`}
      />
      <div className="flex flex-wrap items-center gap-3">
        <Button type="submit" look="primary" icon="drop" busy={send.isPending} disabled={checked.draft === null}>
          Give
        </Button>
        {send.isError ? (
          <p role="alert" className="flex items-center gap-2 text-bad text-sm">
            <Icon name="alert" />
            {send.error.message}
          </p>
        ) : null}
      </div>
    </form>
  );
}
