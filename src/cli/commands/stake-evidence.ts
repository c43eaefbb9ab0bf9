/** Offences that the node has seen: two blocks in a slot, or votes that contradict each other; whoever reports one is paid. */

import { Command, type CommandUnknownOpts } from "@commander-js/extra-typings";
import type { FoundOffence } from "#api/contract";
import { concatBytes, fromHex, OperationError } from "#base";
import { decodeEvidence, type Evidence, encodeParts } from "#model";
import { buildEvidence } from "#wallet/core";
import { findSigner } from "../accounts.ts";
import { newAskingCommand, newOrderCommand } from "../command-kinds.ts";
import { connect } from "../connect.ts";
import { createNames } from "../names.ts";
import { examples, readCount } from "../options.ts";
import { assertMayGoAhead, placeOrder, showPlaced } from "../order.ts";
import { print } from "../print.ts";
import { faultError } from "../report-error.ts";
import { showEvidence } from "../show-stake.ts";
import type { Terminal } from "../terminal.ts";

export function evidenceCommand(terminal: Terminal): CommandUnknownOpts {
  const list = listCommand(terminal);
  return new Command("evidence")
    .description("offences that the node has seen, and reporting them")
    .addCommand(list, { isDefault: true })
    .addCommand(submitCommand(terminal))
    .addHelpText("after", examples("agon stake evidence list", "agon stake evidence submit 1 --from main"));
}

function listCommand(terminal: Terminal) {
  return newAskingCommand("list")
    .description("those that nobody has reported yet")
    .addHelpText("after", examples("agon stake evidence list", "agon stake evidence list --node node-2 --json"))
    .action(async (options) => {
      const evidence = await connect(terminal, options).stake.evidence();
      await print(terminal, options, evidence, () => showEvidence(evidence, createNames()));
    });
}

function submitCommand(terminal: Terminal) {
  return newOrderCommand("submit")
    .description("report one of them; the reporter's share goes to the sender")
    .argument("[no]", "its number in the list", readCount(1, 10_000), 1)
    .addHelpText(
      "after",
      examples("agon stake evidence submit", "agon stake evidence submit 2 --from dev-3 --yes --wait"),
    )
    .action(async (number, options) => {
      assertMayGoAhead(terminal, options);
      const client = connect(terminal, options);
      const status = await client.status();
      const found = (await client.stake.evidence()).items[number - 1];
      if (found === undefined)
        throw new OperationError(
          "no-evidence",
          `the node has no offence number ${number} that nobody has reported yet`,
        );
      const signer = await findSigner(terminal, status.chain, options.from, options);
      const placed = await placeOrder(
        terminal,
        { client, status, signer },
        {
          ...{ verb: "Report it", amountAtoms: 0n },
          lines: [
            ["offence", found.what],
            ["validator", found.validator ?? found.signingKey],
          ],
          build: (signing) => buildEvidence({ ...signing, evidence: evidenceOf(found) }),
        },
        options,
      );
      await print(terminal, options, { ...placed, offence: found.what }, () => showPlaced(placed));
    });
}

/** @throws OperationError `evidence-malformed` when the node does not say what it should */
function evidenceOf({ evidence: { type, first, second } }: FoundOffence): Evidence {
  const parts = encodeParts([fromHex(first)!, fromHex(second)!]);
  const decoded = decodeEvidence(concatBytes(Uint8Array.of(type === "blocks" ? 1 : 2), parts));
  if (decoded.ok) return decoded.value;
  throw faultError("the evidence", decoded.error);
}
