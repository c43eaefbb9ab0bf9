import { type UseMutationResult, useMutation, useQueryClient } from "@tanstack/react-query";
import type { Account, ChainInfo, DevnetAccount } from "#api/contract";
import { parseAddress } from "#crypto";
import { keys, useAccount, useClient } from "../client/index.ts";
import { type CheckedDraft, checkDraft, type Draft, type DraftText } from "./draft.ts";
import { signAndSubmit } from "./submit.ts";

export interface Transfer {
  /** Undefined while it is being asked for. */
  readonly sender: Account | undefined;
  readonly recipient: Account | undefined;
  readonly checked: CheckedDraft;
  readonly send: UseMutationResult<string, Error, Draft>;
}

/** What stands in a form, checked against both accounts as the node sees them, and the way to send it. */
export function useTransfer(
  chain: ChainInfo,
  from: DevnetAccount | undefined,
  text: DraftText,
  onSent: (id: string) => void,
): Transfer {
  const client = useClient();
  const cache = useQueryClient();
  const to = text.to.trim();
  const complete = parseAddress(to, chain.addressPrefix).ok;
  const sender = useAccount(from?.address ?? null).data;
  const recipient = useAccount(complete ? to : null).data;
  const send = useMutation({
    mutationFn: async (draft: Draft) => {
      if (from === undefined) throw new Error("Choose an account to send from.");
      return signAndSubmit(client, chain, from, await client.account(from.address), draft);
    },
    onSuccess: (id) => {
      onSent(id);
      void cache.invalidateQueries({ queryKey: ["account"] });
      void cache.invalidateQueries({ queryKey: keys.mempool });
    },
  });
  const checked = sender === undefined ? { problems: {}, draft: null } : checkDraft(text, { chain, sender, recipient });
  return { sender, recipient, checked, send };
}
