import { type CommandUnknownOpts, Option } from "@commander-js/extra-typings";
import type { Transaction } from "#api/contract";
import { type Address, OperationError } from "#base";
import { formatCoins, parsePaymentUri } from "#wallet/core";
import { assertNamesAccount, findAddress, findSigner, PUBLIC_PREFIX } from "../accounts.ts";
import { newOrderCommand } from "../command-kinds.ts";
import { connect } from "../connect.ts";
import { confirmFee } from "../fee-guard.ts";
import type { KeystoreChoice } from "../keystores.ts";
import { examples, readCoins, readCount } from "../options.ts";
import { assertMayGoAhead } from "../order.ts";
import { createPatience } from "../patience.ts";
import { describePayment } from "../payment-text.ts";
import { coins, print } from "../print.ts";
import { faultError, usageError } from "../report-error.ts";
import { note, type Terminal } from "../terminal.ts";
import { type Payment, preparePayment, submitOne, waitForInclusion } from "../transfer.ts";

export function sendCommand(terminal: Terminal): CommandUnknownOpts {
  return newOrderCommand("send")
    .description("send coins to an account")
    .argument("<to>", "address, payment link (agon:…), dev-0 … dev-9, or a name in the keystore")
    .argument("[amount]", "in coins, such as 12.5; may stand in the payment link instead", readCoins)
    .addOption(
      new Option("--fee <coins>", "fee in all (default: the least that gets in now)")
        .argParser(readCoins)
        .conflicts("feeRate"),
    )
    .option("--fee-rate <atoms>", "fee for each byte, in atoms", readCount(1, 1_000_000_000))
    .addHelpText(
      "after",
      examples(
        "agon send dev-1 12.5",
        "agon send tagon16hq6jle9weajrasuvawdss6psm49z9n8qwt96j 3 --from dev-2 --yes --wait",
      ),
    )
    .action(async (to, amount, options) => {
      await assertMayBeMeant(terminal, to, amount, options);
      assertMayGoAhead(terminal, options);
      const client = connect(terminal, options);
      const status = await client.status();
      const target = await readTarget(terminal, status.chain, to, amount, options);
      const signer = await findSigner(terminal, status.chain, options.from, options);
      const payment = await preparePayment(client, status, signer, { ...options, ...target });
      const { feeAtoms, bytes } = payment;
      await confirmFee(terminal, status.chain, { feeAtoms, sizeBytes: bytes.length }, options);
      if (!options.yes) {
        await note(terminal, describePayment(payment));
        if (!(await terminal.prompts.confirm("Send it?"))) throw new OperationError("declined", "nothing was sent");
      }
      await submitOne(client, payment.bytes);
      const patience = createPatience(
        options.timeout * 1_000,
        terminal.signal,
        `transaction ${payment.id} is not in a block yet`,
      );
      const included = options.wait ? await waitForInclusion(client, payment.id, patience) : null;
      await print(terminal, options, documentOf(payment, included), () => describeSent(payment, included));
    });
}

const isLink = (to: string): boolean => /^agon:/i.test(to);

/** What is wrong on every chain is said before a node is asked, or a person. */
async function assertMayBeMeant(
  terminal: Terminal,
  to: string,
  amountAtoms: bigint | undefined,
  choice: KeystoreChoice,
): Promise<void> {
  if (!isLink(to)) {
    if (amountAtoms === undefined) throw usageError("the amount is missing");
    return assertNamesAccount(terminal, to, choice);
  }
  const request = parsePaymentUri(to, PUBLIC_PREFIX);
  if (!request.ok && request.error.code !== "address-wrong-network")
    throw faultError("the payment link", request.error);
}

async function readTarget(
  terminal: Terminal,
  chain: { readonly addressPrefix: string },
  to: string,
  amountAtoms: bigint | undefined,
  choice: KeystoreChoice,
): Promise<{ to: Address; amountAtoms: bigint }> {
  if (!isLink(to)) {
    if (amountAtoms === undefined) throw usageError("the amount is missing");
    return { to: await findAddress(terminal, chain, to, choice), amountAtoms };
  }
  const request = parsePaymentUri(to, chain.addressPrefix);
  if (!request.ok) throw faultError("the payment link", request.error);
  const asked = request.value.amountAtoms;
  if (amountAtoms !== undefined && asked !== null && asked !== amountAtoms)
    throw usageError(`the payment link asks for ${formatCoins(asked)} coins, not ${formatCoins(amountAtoms)}`);
  const amount = amountAtoms ?? asked;
  if (amount === null) throw usageError("neither the payment link nor the command says the amount");
  return { to: request.value.address, amountAtoms: amount };
}

function documentOf(payment: Payment, included: Transaction | null) {
  const { id, from, to, nonce } = payment;
  const money = { amount: `${payment.amountAtoms}`, fee: `${payment.feeAtoms}`, burn: `${payment.burnAtoms}` };
  return { id, from, to, ...money, nonce, status: included?.status ?? "pending", block: included?.block ?? null };
}

function describeSent({ id, amountAtoms, feeAtoms, to }: Payment, included: Transaction | null): string {
  const sent = `Sent ${coins(amountAtoms)} to ${to}, fee ${coins(feeAtoms)}\ntransaction ${id}`;
  return included?.block ? `${sent}\nin block ${included.block.height}, ${included.block.hash}` : `${sent}\npending`;
}
