import { type FormEvent, useState } from "react";
import type { ChainInfo, DevnetAccount } from "#api/contract";
import { formatCoins } from "#wallet/core";
import { useStatus } from "../client/index.ts";
import { Amount, Button, Card, Field, Icon, SelectField, SkeletonRows } from "../ui/index.ts";
import { type Draft, type DraftText, leastFeeAtoms } from "./draft.ts";
import { Review } from "./review.tsx";
import { type Transfer, useTransfer } from "./use-transfer.ts";

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
        <Send {...props} chain={status.chain} leastFee={leastFeeAtoms(status.chain, status.mempool.minFeeRate)} />
      )}
    </Card>
  );
}

/** Two steps: the form, and a review of exactly what will change. */
function Send({
  accounts,
  to,
  onSent,
  chain,
  leastFee,
}: SendCardProps & { readonly chain: ChainInfo; readonly leastFee: bigint }) {
  const [fromName, setFromName] = useState(accounts[0]?.name ?? "");
  const [text, setText] = useState<DraftText>({ to, amount: "", fee: formatCoins(leastFee) });
  const [review, setReview] = useState<Draft | null>(null);
  const from = accounts.find((account) => account.name === fromName);
  const transfer = useTransfer(chain, from, text, (id) => {
    setReview(null);
    setText((before) => ({ ...before, amount: "" }));
    onSent(id);
  });
  const { sender, send } = transfer;
  if (review !== null && from !== undefined && sender !== undefined)
    return (
      <Review
        draft={review}
        from={from}
        spendableAtoms={BigInt(sender.pendingBalance)}
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
    <SendForm
      chain={chain}
      names={accounts.map(({ name }) => name)}
      fromName={fromName}
      chooseFrom={setFromName}
      text={text}
      change={(part) => setText((before) => ({ ...before, ...part }))}
      transfer={transfer}
      review={setReview}
    />
  );
}

interface SendFormProps {
  readonly chain: ChainInfo;
  readonly names: readonly string[];
  readonly fromName: string;
  readonly chooseFrom: (name: string) => void;
  readonly text: DraftText;
  readonly change: (part: Partial<DraftText>) => void;
  readonly transfer: Transfer;
  readonly review: (draft: Draft) => void;
}

function SendForm({ chain, names, fromName, chooseFrom, text, change, transfer, review }: SendFormProps) {
  const { sender, recipient, checked } = transfer;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (checked.draft !== null) review(checked.draft);
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-3">
      <SelectField
        label="From"
        value={fromName}
        onChange={chooseFrom}
        choices={names.map((name) => ({ value: name, label: name }))}
        help={sender === undefined ? "…" : <Spendable atoms={BigInt(sender.pendingBalance)} />}
      />
      <Field
        label="To"
        mono
        value={text.to}
        onChange={(event) => change({ to: event.target.value })}
        problem={checked.problems.to}
        placeholder={`${chain.addressPrefix}1…`}
        help={
          recipient?.exists === false
            ? "New here: opening the account costs a little more."
            : "An address of this chain"
        }
      />
      <div className="grid gap-3 sm:grid-cols-2">
        <Field
          label="Amount"
          value={text.amount}
          onChange={(event) => change({ amount: event.target.value })}
          problem={checked.problems.amount}
          inputMode="decimal"
          placeholder="0.0"
          suffix="coins"
        />
        <Field
          label="Fee"
          value={text.fee}
          onChange={(event) => change({ fee: event.target.value })}
          problem={checked.problems.fee}
          inputMode="decimal"
          suffix="coins"
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

function Spendable({ atoms }: { readonly atoms: bigint }) {
  return (
    <span>
      can spend <Amount atoms={atoms} />
    </span>
  );
}
