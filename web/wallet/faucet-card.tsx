import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { ChainInfo, DevnetAccount } from "#api/contract";
import { formatCoins, parseCoins } from "#wallet/core";
import { keys, useAccount, useClient, useStatus } from "../client/index.ts";
import { Button, Card, Field, Icon, SkeletonRows } from "../ui/index.ts";
import { checkDraft, leastFeeAtoms } from "./draft.ts";
import { signAndSubmit } from "./submit.ts";

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
        <Faucet {...props} chain={status.chain} feeAtoms={leastFeeAtoms(status.chain, status.mempool.minFeeRate)} />
      )}
    </Card>
  );
}

function Faucet({
  accounts,
  onSent,
  chain,
  feeAtoms,
}: FaucetCardProps & { readonly chain: ChainInfo; readonly feeAtoms: bigint }) {
  const client = useClient();
  const cache = useQueryClient();
  const [to, setTo] = useState("");
  const [amount, setAmount] = useState(GIFT_COINS);
  const giver = accounts[accounts.length - 1];
  const sender = useAccount(giver?.address ?? null);
  const looksLikeAddress = to.trim().length > 40 && to.trim().startsWith(`${chain.addressPrefix}1`);
  const recipient = useAccount(looksLikeAddress ? to.trim() : null);
  const checked =
    sender.data === undefined
      ? { problems: {}, draft: null }
      : checkDraft(
          { to, amount, fee: formatCoins(feeAtoms) },
          { chain, sender: sender.data, recipient: recipient.data },
        );
  const give = useMutation({
    mutationFn: async () => {
      if (giver === undefined || checked.draft === null) throw new Error("Nothing to give from.");
      return signAndSubmit(client, chain, giver, await client.account(giver.address), checked.draft);
    },
    onSuccess: (id) => {
      onSent(id);
      void cache.invalidateQueries({ queryKey: ["account"] });
      void cache.invalidateQueries({ queryKey: keys.mempool });
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    give.mutate();
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
        suffix="AGN"
        help={parseCoins(amount) === null ? "" : `The fee of ${formatCoins(feeAtoms)} is paid for you`}
      />
      <div className="flex flex-wrap items-center gap-3">
        <Button type="submit" look="primary" icon="drop" busy={give.isPending} disabled={checked.draft === null}>
          Give
        </Button>
        {give.isError ? (
          <p role="alert" className="flex items-center gap-2 text-bad text-sm">
            <Icon name="alert" />
            {give.error.message}
          </p>
        ) : null}
      </div>
    </form>
  );
}
