import { type UseMutationResult, useMutation, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import type { Account, ChainInfo, DevnetAccount, Validators } from "#api/contract";
import { asHash, fromHex } from "#base";
import { buildBond, buildUnbond } from "#wallet/core";
import { keys, useAccount, useClient, useStatus, useValidators } from "../client/index.ts";
import { type DevSigningKey, findDevSigningKey, nextOnionTip } from "./dev-signing-key.ts";
import { type CheckedStakeDraft, checkStakeDraft, type StakeDraft, type StakeOrderKind } from "./stake-draft.ts";
import { submitPrepared } from "./submit.ts";

export interface StakeOrder {
  /** Undefined while it is being asked for. */
  readonly owner: Account | undefined;
  readonly bondedAtoms: bigint;
  readonly checked: CheckedStakeDraft;
  /** Whose signatures the bond is for; null when the devnet has no key left for it. */
  readonly signingKey: DevSigningKey | null;
  readonly validators: Validators | undefined;
  readonly send: UseMutationResult<string, Error, StakeDraft>;
}

/** What stands in the form, checked against account and bond as the node sees them, and the way to send it. */
export function useStakeOrder(
  account: DevnetAccount | undefined,
  kind: StakeOrderKind,
  text: string,
  onSent: (id: string) => void,
): StakeOrder {
  const client = useClient();
  const cache = useQueryClient();
  const { data: status } = useStatus();
  const { data: validators } = useValidators();
  const owner = useAccount(account?.address ?? null).data;
  const validator = validators?.items.find(({ address }) => address === account?.address) ?? null;
  const own = validator?.signingKey ?? null;
  const taken = (validators?.items ?? []).map((one) => one.signingKey).join(" ");
  // Public keys are made of seeds, one by one: not at every tick of the page.
  const signingKey = useMemo(() => findDevSigningKey(own, new Set(taken.split(" "))), [own, taken]);
  const send = useMutation({
    mutationFn: async (draft: StakeDraft) => {
      if (account === undefined || status === undefined) throw new Error("Choose an account.");
      const { pendingNonce } = await client.account(account.address);
      const onion = validator?.onionTip ?? null;
      return submitPrepared(
        client,
        prepare({ chain: status.chain, account, nonce: pendingNonce, draft, signingKey, onion }),
      );
    },
    onSuccess: (id) => {
      onSent(id);
      for (const key of ["account", "stake"]) void cache.invalidateQueries({ queryKey: [key] });
      void cache.invalidateQueries({ queryKey: keys.mempool });
    },
  });
  const checked =
    status === undefined || validators === undefined || owner === undefined
      ? { problem: null, draft: null }
      : checkStakeDraft(kind, text, {
          ...{ chain: status.chain, rules: validators.rules, owner, validator },
          poolRate: status.mempool.minFeeRate,
        });
  return { owner, bondedAtoms: BigInt(validator?.bonded ?? "0"), checked, signingKey, validators, send };
}

interface Signing {
  readonly chain: ChainInfo;
  readonly account: DevnetAccount;
  readonly nonce: number;
  readonly draft: StakeDraft;
  readonly signingKey: DevSigningKey | null;
  /** Tip of the validator's onion; null of a new one. */
  readonly onion: string | null;
}

function prepare({ chain, account, nonce, draft, signingKey, onion }: Signing) {
  const { amountAtoms, feeAtoms } = draft;
  const signing = { chainId: asHash(fromHex(chain.id)!), seed: fromHex(account.privateKey)!, nonce, feeAtoms };
  if (draft.kind === "unbond") return buildUnbond({ ...signing, amountAtoms });
  if (signingKey === null) throw new Error("This page knows no signing key for the bond; use the command line.");
  const onionTip = nextOnionTip(signingKey.seed, onion);
  return buildBond({ ...signing, amountAtoms, signingSeed: signingKey.seed, onionTip });
}
