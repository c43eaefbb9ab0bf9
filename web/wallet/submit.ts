/** Signs here, in the browser, and sends the signed bytes: the node never sees a key. */

import type { Account, ChainInfo, Client, DevnetAccount } from "#api/contract";
import { asHash, fromHex } from "#base";
import type { PreparedTransaction } from "#model";
import { buildTransfer } from "#wallet/core";
import type { Draft } from "./draft.ts";

/** @returns the transaction's id. @throws Error in the node's words when it refuses */
export async function signAndSubmit(
  client: Client,
  chain: ChainInfo,
  from: DevnetAccount,
  sender: Pick<Account, "pendingNonce">,
  draft: Draft,
): Promise<string> {
  const prepared = buildTransfer({
    chainId: asHash(fromHex(chain.id)!),
    seed: fromHex(from.privateKey)!,
    nonce: sender.pendingNonce,
    feeAtoms: draft.feeAtoms,
    outputs: [{ to: draft.to, amountAtoms: draft.amountAtoms }],
  });
  return submitPrepared(client, prepared);
}

/** @returns the transaction's id. @throws Error in the node's words when it refuses */
export async function submitPrepared(client: Client, { bytes }: PreparedTransaction): Promise<string> {
  const { results } = await client.submitBytes(bytes);
  const [result] = results;
  if (result === undefined) throw new Error("The node gave no answer for the transaction.");
  if ("error" in result) throw new Error(result.error.message);
  return result.id;
}
