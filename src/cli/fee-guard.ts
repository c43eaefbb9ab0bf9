/** A fee out of all proportion is paid only if that is meant. */
import type { ChainInfo } from "#api/contract";
import { OperationError } from "#base";
import { highFeeTimes } from "#wallet/core";
import { coins } from "./print.ts";
import { note, type Terminal } from "./terminal.ts";

export interface FeeConsent {
  readonly yes?: boolean | undefined;
  readonly highFee?: boolean | undefined;
}

/** @throws OperationError `fee-high` where nobody is asked, `declined` */
export async function confirmFee(
  terminal: Terminal,
  { minFeePerByte }: Pick<ChainInfo, "minFeePerByte">,
  fee: { readonly feeAtoms: bigint; readonly sizeBytes: number },
  { yes = false, highFee = false }: FeeConsent,
): Promise<void> {
  const leastAtoms = BigInt(minFeePerByte) * BigInt(fee.sizeBytes);
  const times = highFeeTimes(fee.feeAtoms, leastAtoms);
  if (times === null || highFee) return;
  const words = `the fee of ${coins(fee.feeAtoms)} is ${times} times the least that the chain takes, ${coins(leastAtoms)}`;
  if (yes || !terminal.isInteractive)
    throw new OperationError("fee-high", `${words}: nothing was sent. Give --high-fee if it is meant`);
  await note(terminal, `Careful: ${words}.`);
  if (!(await terminal.prompts.confirm("Pay so much?"))) throw new OperationError("declined", "nothing was sent");
}
