/** A payment in steps: what it will cost, the signed bytes, and the block that takes it in. */
import type { ChainInfo, Client, Status, Transaction } from "#api/contract";
import { ApiError } from "#api/contract";
import { type Address, OperationError, toHex } from "#base";
import { buildTransfer, formatCoins, type SigningOptions } from "#wallet/core";
import { addressText, type Signer } from "./accounts.ts";
import { hashOf } from "./options.ts";
import type { Patience } from "./patience.ts";

export interface FeeChoice {
  /** In all, atoms. */
  readonly fee?: bigint | undefined;
  /** Atoms a byte. */
  readonly feeRate?: number | undefined;
}

export interface Payment {
  readonly from: string;
  readonly to: string;
  readonly amountAtoms: bigint;
  readonly feeAtoms: bigint;
  /** For an account that the chain does not know yet. */
  readonly burnAtoms: bigint;
  readonly nonce: number;
  readonly id: string;
  readonly bytes: Uint8Array;
}

/** Signs a transfer with the next nonce and the least fee that gets in now, unless chosen. */
export async function preparePayment(
  client: Client,
  { chain, mempool }: Pick<Status, "chain" | "mempool">,
  signer: Signer,
  what: FeeChoice & { readonly to: Address; readonly amountAtoms: bigint },
): Promise<Payment> {
  const [from, to] = [addressText(chain, signer.address), addressText(chain, what.to)];
  const [sender, receiver] = await Promise.all([client.account(from), client.account(to)]);
  const built = buildTransfer({
    ...signingOf({ chain, mempool }, signer, sender.pendingNonce, what),
    outputs: [{ to: what.to, amountAtoms: what.amountAtoms }],
  });
  const payment: Payment = {
    ...{ from, to, amountAtoms: what.amountAtoms },
    feeAtoms: built.transaction.feeAtoms,
    burnAtoms: receiver.exists ? 0n : BigInt(chain.accountBurn),
    nonce: sender.pendingNonce,
    id: toHex(built.id),
    bytes: built.bytes,
  };
  assertAffordable(payment, BigInt(sender.pendingBalance));
  return payment;
}

/** What every transaction is signed with. */
export function signingOf(
  { chain, mempool }: Pick<Status, "chain" | "mempool">,
  signer: Signer,
  nonce: number,
  choice: FeeChoice,
): SigningOptions {
  return {
    chainId: hashOf(chain.id),
    seed: signer.seed,
    nonce,
    minFeePerByteAtoms: feeRateOf(chain, mempool.minFeeRate, choice),
    ...(choice.fee === undefined ? {} : { feeAtoms: choice.fee }),
  };
}

/** The least rate that gets in now, atoms a byte, unless another was chosen. */
export function feeRateOf(chain: ChainInfo, mempoolRate: number, { feeRate }: FeeChoice): bigint {
  if (feeRate !== undefined) return BigInt(feeRate);
  const [least, now] = [BigInt(chain.minFeePerByte), BigInt(Math.ceil(mempoolRate))];
  return least > now ? least : now;
}

/** @throws OperationError with the code and the words of the refusal */
export async function submitOne(client: Client, bytes: Uint8Array): Promise<void> {
  const { results } = await client.submitBytes(bytes);
  const [outcome] = results;
  if (outcome !== undefined && "error" in outcome) throw new OperationError(outcome.error.code, outcome.error.message);
}

/** @throws OperationError when the transaction is dropped, or nothing moves for too long */
export async function waitForInclusion(client: Client, id: string, patience: Patience): Promise<Transaction> {
  for (;;) {
    const found = await patience.outlast(() => findTransaction(client, id));
    if (found !== null && found.status === "included") return found;
    await patience.pause();
  }
}

/** @returns null when the node does not know it (any more) */
export async function findTransaction(client: Client, id: string): Promise<Transaction | null> {
  try {
    return await client.transaction(id);
  } catch (error) {
    if (error instanceof ApiError && error.code === "not-found") return null;
    throw error;
  }
}

function assertAffordable({ amountAtoms, feeAtoms, burnAtoms, from }: Payment, spendableAtoms: bigint): void {
  const neededAtoms = amountAtoms + feeAtoms + burnAtoms;
  if (neededAtoms <= spendableAtoms) return;
  throw new OperationError(
    "tx-overspend",
    `${from} can spend ${formatCoins(spendableAtoms)} coins, and ${formatCoins(neededAtoms)} are needed (${formatCoins(amountAtoms)} + ${formatCoins(feeAtoms + burnAtoms)} for ${burnAtoms === 0n ? "the fee" : "fee and new account"})`,
  );
}
