import { coins, facts } from "./print.ts";
import type { Payment } from "./transfer.ts";

/** What will change, before it does. */
export function describePayment(payment: Payment): string {
  const total = payment.amountAtoms + payment.feeAtoms + payment.burnAtoms;
  return facts([
    ["from", payment.from],
    ["to", payment.to],
    ["amount", coins(payment.amountAtoms)],
    ["fee", coins(payment.feeAtoms)],
    payment.burnAtoms === 0n
      ? null
      : ["new account", `${coins(payment.burnAtoms)}, burned, since the chain does not know it yet`],
    ["in all", coins(total)],
  ]);
}
