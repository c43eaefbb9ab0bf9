import { useMutation } from "@tanstack/react-query";
import type { Account } from "#api/contract";
import { useClient, useStatus } from "../client/index.ts";
import { Amount, Button, Card, formatCount, Icon } from "../ui/index.ts";
import type { Verification } from "./verify-account.ts";

/** Lets the browser check the node's word against the work of the chain. */
export function AccountProofCard({ account }: { readonly account: Account }) {
  const client = useClient();
  const { data: status } = useStatus();
  const check = useMutation({
    // The checks bring the whole ledger and engine along; they are loaded when they are wanted.
    mutationFn: async (chainId: string) =>
      (await import("./verify-account.ts")).fetchAndVerify(client, account.address, chainId),
  });
  const chainId = status?.chain.id;
  return (
    <Card
      title="Proof"
      action={
        <Button
          size="small"
          icon="lock"
          busy={check.isPending}
          disabled={chainId === undefined}
          onClick={() => chainId !== undefined && check.mutate(chainId)}
        >
          Check in this browser
        </Button>
      }
    >
      <div aria-live="polite">
        {check.isError ? (
          <p className="flex items-center gap-2 text-bad text-sm">
            <Icon name="alert" />
            {check.error.message}
          </p>
        ) : check.data === undefined ? (
          <p className="text-ink-soft text-sm">
            The node can prove what it says about this account. The proof leads from the account to the state root of a
            block, and from there to the work under it; your browser follows it step by step.
          </p>
        ) : (
          <Result verification={check.data} />
        )}
      </div>
    </Card>
  );
}

function Result({ verification }: { readonly verification: Verification }) {
  const { account } = verification;
  return (
    <div className="flex flex-col gap-3 text-sm">
      <ol className="flex flex-col gap-1.5">
        {verification.steps.map((step) => (
          <li key={step.text} className={`flex items-center gap-2 ${step.ok ? "text-good" : "text-bad"}`}>
            <Icon name={step.ok ? "check" : "alert"} />
            {step.text}
          </li>
        ))}
      </ol>
      <p className="font-medium">
        {!verification.ok ? (
          "Do not trust this answer."
        ) : account === null ? (
          "Shown: the account does not exist."
        ) : (
          <>
            Shown: <Amount atoms={account.balanceAtoms} />, nonce {formatCount(account.nonce)}.
          </>
        )}
      </p>
    </div>
  );
}
