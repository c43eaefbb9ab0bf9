import { type FormEvent, type ReactNode, useEffect, useRef, useState } from "react";
import type { DevnetAccount, StakeRules } from "#api/contract";
import { useDevnetValidators, useFeature } from "../client/index.ts";
import { formatDuration, formatPpm } from "../stake/words.ts";
import {
  AddressLabel,
  Amount,
  Button,
  Card,
  type Fact,
  Facts,
  Field,
  Icon,
  plural,
  SelectField,
  SkeletonRows,
} from "../ui/index.ts";
import { HighFeeWarning } from "./high-fee-warning.tsx";
import type { StakeDraft, StakeOrderKind } from "./stake-draft.ts";
import { type StakeOrder, useStakeOrder } from "./use-stake-order.ts";

export interface StakeCardProps {
  readonly accounts: readonly DevnetAccount[];
  readonly onSent: (id: string) => void;
}

/** Bonds and unbonds with the keys that everybody knows; only where there are validators. */
export function StakeCard({ accounts, onSent }: StakeCardProps) {
  const isOffered = useFeature("validators");
  const owners = useDevnetValidators();
  if (isOffered !== true) return null;
  return <StakeForm accounts={[...accounts, ...owners]} onSent={onSent} />;
}

function StakeForm({ accounts, onSent }: StakeCardProps) {
  const [name, setName] = useState(accounts[0]?.name ?? "");
  const [kind, setKind] = useState<StakeOrderKind>("bond");
  const [text, setText] = useState("");
  const [review, setReview] = useState<StakeDraft | null>(null);
  const account = accounts.find((one) => one.name === name);
  const order = useStakeOrder(account, kind, text, (id) => {
    setReview(null);
    setText("");
    onSent(id);
  });
  const { validators, owner, checked } = order;
  if (validators === undefined || owner === undefined || account === undefined)
    return (
      <Card title="Stake">
        <SkeletonRows rows={4} />
      </Card>
    );
  if (review !== null)
    return (
      <Card title="Stake">
        <StakeReview
          {...{ draft: review, account, order, rules: validators.rules }}
          spendableAtoms={BigInt(owner.pendingBalance)}
          back={() => {
            order.send.reset();
            setReview(null);
          }}
        />
      </Card>
    );
  return (
    <Card title="Stake">
      <StakeFields
        {...{ accounts, name, kind, text, order }}
        minBondAtoms={BigInt(validators.rules.minBond)}
        change={{ name: setName, kind: setKind, text: setText }}
        review={() => setReview(checked.draft)}
      />
    </Card>
  );
}

interface StakeFieldsProps {
  readonly accounts: readonly DevnetAccount[];
  readonly name: string;
  readonly kind: StakeOrderKind;
  readonly text: string;
  readonly order: StakeOrder;
  readonly minBondAtoms: bigint;
  readonly change: {
    readonly name: (name: string) => void;
    readonly kind: (kind: StakeOrderKind) => void;
    readonly text: (text: string) => void;
  };
  readonly review: () => void;
}

function StakeFields({ accounts, name, kind, text, order, minBondAtoms, change, review }: StakeFieldsProps) {
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (order.checked.draft !== null) review();
  };
  return (
    <form onSubmit={submit} className="grid items-start gap-3 sm:grid-cols-2 lg:grid-cols-4">
      <SelectField
        label="Account"
        value={name}
        onChange={change.name}
        choices={accounts.map((one) => ({ value: one.name, label: one.name }))}
        help={<Standing order={order} />}
      />
      <SelectField
        label="What to do"
        value={kind}
        onChange={(value) => change.kind(value === "unbond" ? "unbond" : "bond")}
        choices={[
          { value: "bond", label: "bond" },
          { value: "unbond", label: "unbond" },
        ]}
        help={kind === "bond" ? "Coins that vouch for honest work" : "Comes back after a wait"}
      />
      <Field
        label="How much"
        value={text}
        onChange={(event) => change.text(event.target.value)}
        problem={order.checked.problem ?? undefined}
        inputMode="decimal"
        placeholder="0.0"
        suffix="coins"
        help={
          <>
            a bond is at least <Amount atoms={minBondAtoms} />
          </>
        }
      />
      <Button type="submit" look="primary" disabled={order.checked.draft === null} className="self-start sm:mt-6">
        Review the {kind}
        <Icon name="arrowRight" size={15} />
      </Button>
    </form>
  );
}

function Standing({ order: { owner, bondedAtoms } }: { readonly order: StakeOrder }) {
  return (
    <span>
      <Amount atoms={BigInt(owner?.pendingBalance ?? "0")} unit={false} /> to spend,{" "}
      <Amount atoms={bondedAtoms} unit={false} /> bonded
    </span>
  );
}

interface ReviewProps {
  readonly draft: StakeDraft;
  readonly account: DevnetAccount;
  readonly order: StakeOrder;
  readonly rules: StakeRules;
  readonly spendableAtoms: bigint;
  readonly back: () => void;
}

/** Says exactly what will change, and what it risks, before it does. */
function StakeReview({ draft, account, order, rules, spendableAtoms, back }: ReviewProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const { send, signingKey } = order;
  const pays = draft.feeAtoms + (draft.kind === "bond" ? draft.amountAtoms : 0n);
  const facts: readonly (Fact | null)[] = [
    { label: "Owner", value: <AddressLabel address={account.address} name={account.name} /> },
    {
      label: draft.kind === "bond" ? "Into the bond" : "Out of the bond",
      value: <Amount atoms={draft.amountAtoms} column />,
    },
    { label: "Bonded then", value: <Amount atoms={draft.bondedAfterAtoms} column /> },
    { label: "Fee", value: <Amount atoms={draft.feeAtoms} column /> },
    { label: `${account.name} can spend then`, value: <Amount atoms={spendableAtoms - pays} column /> },
    draft.kind === "bond" ? { label: "Signs with", value: signingKey?.name ?? "no key is left" } : null,
    { label: "What follows", value: consequence(draft, rules, signingKey?.name ?? null) },
  ];
  return (
    <div className="flex flex-col gap-3">
      <h3 ref={heading} tabIndex={-1} className="font-medium text-base outline-none">
        This will change
      </h3>
      <div className="rounded-control border border-line">
        <Facts facts={facts} />
      </div>
      <HighFeeWarning times={draft.highFeeTimes} />
      {send.error === null ? null : (
        <p role="alert" className="flex items-center gap-2 text-bad text-sm">
          <Icon name="alert" />
          {send.error.message}
        </p>
      )}
      <div className="flex gap-2">
        <Button
          look="primary"
          busy={send.isPending}
          disabled={draft.kind === "bond" && signingKey === null}
          onClick={() => send.mutate(draft)}
        >
          Sign and send
        </Button>
        <Button onClick={back} disabled={send.isPending}>
          Change
        </Button>
      </div>
    </div>
  );
}

function consequence({ kind }: StakeDraft, rules: StakeRules, key: string | null): ReactNode {
  const slash = formatPpm(rules.slashPpm);
  if (kind === "bond")
    return `It counts from the table after the block that holds it is final. A node must sign with ${key ?? "its key"} from then on: slots and votes that are missed earn nothing, and signing twice costs ${slash} of the bond.`;
  return `It leaves the tables once it is final, and is paid ${plural(rules.unbondEpochs, "epoch")} (${formatDuration(rules.unbondEpochs * rules.epochMs)}) after that. Until then an offence still costs ${slash} of it.`;
}
