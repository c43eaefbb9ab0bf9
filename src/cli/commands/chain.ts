import { createWriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import { Command, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { exportChain, importChain, readSpec } from "#node";
import { describeSummary, withBar } from "../chain-work.ts";
import { newAskingCommand, newFolderCommand } from "../command-kinds.ts";
import { connect, connectForNodeOrders } from "../connect.ts";
import { createNames } from "../names.ts";
import { addSettingFlags, loadSettings } from "../node-settings.ts";
import {
  apiOption,
  dataOption,
  debugOption,
  EXAMPLE_ID,
  examples,
  jsonOption,
  nodeOption,
  readCount,
  readId,
} from "../options.ts";
import { print } from "../print.ts";
import { usageError } from "../report-error.ts";
import { showBlockList } from "../show.ts";
import { note, type Terminal, write } from "../terminal.ts";
import { validateCommand } from "./chain-validate.ts";

export function chainCommand(terminal: Terminal): CommandUnknownOpts {
  return new Command("chain")
    .description("the chain as a whole: look at it, check it, carry it elsewhere")
    .addCommand(showCommand(terminal))
    .addCommand(validateCommand(terminal))
    .addCommand(exportCommand(terminal))
    .addCommand(importCommand(terminal))
    .addCommand(acceptCommand(terminal))
    .addHelpText("after", examples("agon chain show", "agon chain validate", "agon chain export --out chain.jsonl"));
}

function showCommand(terminal: Terminal) {
  return newAskingCommand("show")
    .description("the newest blocks; the specification with --spec")
    .option("--from <height>", "begin with this height and go down", readCount(0, Number.MAX_SAFE_INTEGER))
    .option("--limit <count>", "how many blocks", readCount(1, 200), 20)
    .option("--spec", "print the chain's specification as JSON instead")
    .addHelpText(
      "after",
      examples("agon chain show", "agon chain show --from 100 --limit 50 --json", "agon chain show --spec > spec.json"),
    )
    .action(async ({ from, limit, ...options }) => {
      const client = connect(terminal, options);
      if (options.spec) return print(terminal, { json: true }, await client.chain(), () => "");
      const page = await client.blocks({ limit, ...(from === undefined ? {} : { from }) });
      await print(terminal, options, page, () => showBlockList(page.items, createNames()));
    });
}

function exportCommand(terminal: Terminal) {
  const command = newFolderCommand("export")
    .description("write the chain as JSON lines: the specification, then each block's bytes in hex")
    .option("--out <file>", "write there (default: standard output)")
    .addHelpText(
      "after",
      examples(
        "agon chain export --out chain.jsonl",
        "agon chain export --data .agon/devnet/node-1 | gzip > chain.jsonl.gz",
      ),
    )
    .action(async (options) => {
      if (options.json && options.out === undefined)
        throw usageError("the chain itself goes to standard output: give --out to have a report with --json");
      const { node } = loadSettings(terminal, options).config;
      const stream = options.out === undefined ? terminal.stdout : createWriteStream(options.out, { flags: "wx" });
      // A failed write also rejects the `write` in hand.
      stream.on("error", () => {});
      const summary = await withBar(terminal, (onProgress) =>
        exportChain(node.data, readSpec(node.spec), (line) => write(stream, `${line}\n`), onProgress),
      );
      if (options.out === undefined) return note(terminal, describeSummary(summary));
      await finished(stream.end());
      await print(
        terminal,
        options,
        { file: options.out, ...summary },
        () => `Written to ${options.out}.\n${describeSummary(summary)}`,
      );
    });
  addSettingFlags(command as unknown as CommandUnknownOpts, ["node.data", "node.spec"]);
  return command;
}

function acceptCommand(terminal: Terminal) {
  return new Command("accept")
    .description("follow a heavier branch that forks deeper than the node undoes by itself (needs its token)")
    .argument("<id>", "tip of the branch, as the node's notice names it", readId)
    .addOption(apiOption())
    .addOption(nodeOption())
    .addOption(dataOption())
    .addOption(jsonOption())
    .addOption(debugOption())
    .addHelpText("after", examples(`agon chain accept ${EXAMPLE_ID}`))
    .action(async (id, options) => {
      const { head } = await (await connectForNodeOrders(terminal, options)).acceptBranch(id);
      await print(terminal, options, { head }, () => `The head is ${head.hash} at height ${head.height} now.`);
    });
}

function importCommand(terminal: Terminal) {
  const command = newFolderCommand("import")
    .description("read an exported chain into a node's folder, checking every rule (the node must be stopped)")
    .argument("<file>", "as written by chain export")
    .addHelpText("after", examples("agon chain import chain.jsonl --data ./copy"))
    .action(async (file, options) => {
      const { node } = loadSettings(terminal, options).config;
      const summary = await withBar(terminal, (onProgress) => importChain(node.data, file, onProgress));
      await print(
        terminal,
        options,
        { data: node.data, ...summary },
        () => `Read into ${node.data}.\n${describeSummary(summary)}`,
      );
    });
  addSettingFlags(command as unknown as CommandUnknownOpts, ["node.data"]);
  return command;
}
