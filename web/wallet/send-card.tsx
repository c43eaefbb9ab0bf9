import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { ChainInfo, DevnetAccount } from "#api/contract";
import { formatCoins } from "#wallet/core";
import { keys, useAccount, useClient, useStatus } from "../client/index.ts";
import { Amount, Button, Card, Field, Icon, SelectField, SkeletonRows } from "../ui/index.ts";
import { checkDraft, type Draft, leastFeeAtoms } from "./draft.ts";
import { Review } from "./review.tsx";
import { signAndSubmit } from "./submit.ts";

export interface SendCardProps {
  readonly accounts: readonly DevnetAccount[];
  readonly to: string;
  readonly onSent: (id: string) => void;
}

export function SendCard(props: SendCardProps) {
  const { data: status } = useStatus();
  return (
    <Card title="Send">
      {status === undefined ? (
        <SkeletonRows rows={4} />
      ) : (
        <SendForm {...props} chain={status.chain} leastFee={leastFeeAtoms(status.chain, status.mempool.minFeeRate)} />
      )}
    </Card>
  );
}

function SendForm({
  accounts,
  to: startTo,
  onSent,
  chain,
  leastFee,
}: SendCardProps & { readonly chain: ChainInfo; readonly leastFee: bigint }) {
  const client = useClient();
  const cache = useQueryClient();
  const [fromName, setFromName] = useState(accounts[0]?.name ?? "");
  const [to, setTo] = useState(startTo);
  const [amount, setAmount] = useState("");
  const [fee, setFee] = useState(formatCoins(leastFee));
  const [review, setReview] = useState<Draft | null>(null);
  const from = accounts.find((account) => account.name === fromName);
  const sender = useAccount(from?.address ?? null);
  const looksLikeAddress = to.trim().length > 40 && to.trim().startsWith(`${chain.addressPrefix}1`);
  const recipient = useAccount(looksLikeAddress ? to.trim() : null);
  const checked =
    sender.data === undefined
      ? { problems: {}, draft: null }
      : checkDraft({ to, amount, fee }, { chain, sender: sender.data, recipient: recipient.data });
  const send = useMutation({
    mutationFn: async (draft: Draft) => {
      if (from === undefined) throw new Error("Choose an account to send from.");
      return signAndSubmit(client, chain, from, await client.account(from.address), draft);
    },
    onSuccess: (id) => {
      setReview(null);
      setAmount("");
      onSent(id);
      void cache.invalidateQueries({ queryKey: ["account"] });
      void cache.invalidateQueries({ queryKey: keys.mempool });
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (checked.draft !== null) setReview(checked.draft);
  };
  if (review !== null && from !== undefined && sender.data !== undefined)
    return (
      <Review
        draft={review}
        from={from}
        spendableAtoms={BigInt(sender.data.pendingBalance)}
        sending={send.isPending}
        problem={send.error?.message}
        send={() => send.mutate(review)}
        back={() => {
          send.reset();
          setReview(null);
        }}
      />
    );
  return (
    <form onSubmit={submit} className="flex flex-col gap-3">
      <SelectField
        label="From"
        value={fromName}
        onChange={setFromName}
        choices={accounts.map(({ name }) => ({ value: name, label: name }))}
        help={
          sender.data === undefined ? (
            "…"
          ) : (
            <>
              can spend <Amount atoms={BigInt(sender.data.pendingBalance)} />
            </>
          )
        }
      />
      <Field
        label="To"
        mono
        value={to}
        onChange={(event) => setTo(event.target.value)}
        problem={checked.problems.to}
        placeholder={`${chain.addressPrefix}1…`}
        help={
          recipient.data?.exists === false
            ? "New here: the chain keeps a small amount for opening an account."
            : "An address of this chain"
        }
      />
      <div className="grid gap-3 sm:grid-cols-2">
        <Field
          label="Amount"
          value={amount}
          onChange={(event) => setAmount(event.target.value)}
          problem={checked.problems.amount}
          inputMode="decimal"
          placeholder="0.0"
          suffix="AGN"
        />
        <Field
          label="Fee"
          value={fee}
          onChange={(event) => setFee(event.target.value)}
          problem={checked.problems.fee}
          inputMode="decimal"
          suffix="AGN"
          help="Goes to whoever makes the block"
        />
      </div>
      <Button type="submit" look="primary" disabled={checked.draft === null} className="self-start">
        Review
        <Icon name="arrowRight" size={15} />
      </Button>
    </form>
  );
}
