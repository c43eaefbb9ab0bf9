/** A transaction that is no transfer, in steps: what it costs, whether it is wanted, its bytes, and the block that takes it in. */
import type { Client, Status, Transaction } from "#api/contract";
import { OperationError, toHex } from "#base";
import type { PreparedTransaction } from "#model";
import { formatCoins, type SigningOptions } from "#wallet/core";
import { addressText, type Signer } from "./accounts.ts";
import { confirmFee, type FeeConsent } from "./fee-guard.ts";
import { createPatience } from "./patience.ts";
import { coins, facts } from "./print.ts";
import { usageError } from "./report-error.ts";
import { note, type Terminal } from "./terminal.ts";
import { type FeeChoice, signingOf, submitOne, waitForInclusion } from "./transfer.ts";

export interface OrderOptions extends FeeChoice, FeeConsent {
  readonly wait?: boolean | undefined;
  readonly timeout: number;
}

export interface Order {
  /** As a sentence's beginning: "Bond". */
  readonly verb: string;
  /** Beside sender and fee, what will change. */
  readonly lines: readonly (readonly [string, string])[];
  /** What leaves the balance besides the fee. */
  readonly amountAtoms: bigint;
  build(signing: SigningOptions): PreparedTransaction;
}

export interface Placed {
  readonly id: string;
  readonly from: string;
  readonly fee: string;
  readonly nonce: number;
  readonly status: "pending" | "included" | "unknown";
  readonly block: Transaction["block"];
}

/** Asks, unless told not to, signs and sends. @throws OperationError when it is declined, refused or not affordable */
export async function placeOrder(
  terminal: Terminal,
  { client, status, signer }: { readonly client: Client; readonly status: Status; readonly signer: Signer },
  order: Order,
  options: OrderOptions,
): Promise<Placed> {
  const from = addressText(status.chain, signer.address);
  const { pendingNonce: nonce, pendingBalance } = await client.account(from);
  const built = order.build(signingOf(status, signer, nonce, options));
  const { feeAtoms } = built.transaction;
  assertAffordable(from, BigInt(pendingBalance), order.amountAtoms, feeAtoms);
  await confirmFee(terminal, status.chain, { feeAtoms, sizeBytes: built.bytes.length }, options);
  if (!options.yes) {
    await note(terminal, facts([["from", from], ...order.lines, ["fee", coins(feeAtoms)]]));
    if (!(await terminal.prompts.confirm(`${order.verb}?`))) throw new OperationError("declined", "nothing was sent");
  }
  await submitOne(client, built.bytes);
  const id = toHex(built.id);
  const patience = createPatience(options.timeout * 1_000, terminal.signal, `transaction ${id} is not in a block yet`);
  const included = options.wait ? await waitForInclusion(client, id, patience) : null;
  return { id, from, fee: `${feeAtoms}`, nonce, status: included?.status ?? "pending", block: included?.block ?? null };
}

/** Before anything is asked of a node. */
export function assertMayGoAhead(terminal: Terminal, { yes }: Pick<OrderOptions, "yes">): void {
  if (!yes && !terminal.isInteractive) throw usageError("nobody can be asked for confirmation here: give --yes");
}

export function showPlaced({ id, fee, block }: Placed): string {
  const where = block === null ? "pending" : `in block ${block.height}, ${block.hash}`;
  return `transaction ${id}, fee ${coins(fee)}\n${where}`;
}

function assertAffordable(from: string, spendable: bigint, amountAtoms: bigint, feeAtoms: bigint): void {
  if (amountAtoms + feeAtoms <= spendable) return;
  throw new OperationError(
    "tx-overspend",
    `${from} can spend ${formatCoins(spendable)} coins, and ${formatCoins(amountAtoms + feeAtoms)} are needed (${formatCoins(amountAtoms)} + ${formatCoins(feeAtoms)} for the fee)`,
  );
}
