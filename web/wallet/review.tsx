import { useEffect, useRef } from "react";
import type { DevnetAccount } from "#api/contract";
import { AddressLabel, Amount, Button, Facts, Icon } from "../ui/index.ts";
import type { Draft } from "./draft.ts";
import { HighFeeWarning } from "./high-fee-warning.tsx";

/** Says exactly what will change, before it does. */
export function Review({
  draft,
  from,
  spendableAtoms,
  sending,
  problem,
  send,
  back,
}: {
  readonly draft: Draft;
  readonly from: DevnetAccount;
  readonly spendableAtoms: bigint;
  readonly sending: boolean;
  readonly problem: string | undefined;
  readonly send: () => void;
  readonly back: () => void;
}) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const total = draft.amountAtoms + draft.feeAtoms + draft.burnAtoms;
  return (
    <div className="flex flex-col gap-3">
      <h3 ref={heading} tabIndex={-1} className="font-medium text-base outline-none">
        This will change
      </h3>
      <div className="rounded-control border border-line">
        <Facts
          facts={[
            { label: "From", value: <AddressLabel address={from.address} name={from.name} /> },
            { label: "To", value: <AddressLabel address={draft.toText} full /> },
            { label: "The recipient gets", value: <Amount atoms={draft.amountAtoms} column signed /> },
            { label: "Fee", value: <Amount atoms={draft.feeAtoms} column /> },
            draft.burnAtoms === 0n
              ? null
              : { label: "For opening the account", value: <Amount atoms={draft.burnAtoms} column /> },
            { label: `${from.name} pays`, value: <Amount atoms={-total} column /> },
            { label: `${from.name} keeps`, value: <Amount atoms={spendableAtoms - total} column /> },
          ]}
        />
      </div>
      <HighFeeWarning times={draft.highFeeTimes} />
      {problem === undefined ? null : (
        <p role="alert" className="flex items-center gap-2 text-bad text-sm">
          <Icon name="alert" />
          {problem}
        </p>
      )}
      <div className="flex gap-2">
        <Button look="primary" busy={sending} onClick={send}>
          Sign and send
        </Button>
        <Button onClick={back} disabled={sending}>
          Change
        </Button>
      </div>
    </div>
  );
}
