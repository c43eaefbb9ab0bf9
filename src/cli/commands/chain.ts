import { createWriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import { Command, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { OperationError } from "#base";
import {
  type ChainSummary,
  exportChain,
  importChain,
  type Progress,
  readSpec,
  validateChain,
  validateChainFile,
} from "#node";
import { chooseNode, connect, connectForOrders } from "../connect.ts";
import { addSettingFlags, loadSettings } from "../node-settings.ts";
import { apiOption, debugOption, examples, jsonOption, nodeOption, readCount } from "../options.ts";
import { facts, plural, print } from "../print.ts";
import { startProgress } from "../progress.ts";
import { usageError } from "../report-error.ts";
import { showBlockList } from "../show.ts";
import { note, type Terminal, write } from "../terminal.ts";

export function chainCommand(terminal: Terminal): CommandUnknownOpts {
  return new Command("chain")
    .description("the chain as a whole: look at it, check it, carry it elsewhere")
    .addCommand(showCommand(terminal))
    .addCommand(validateCommand(terminal))
    .addCommand(exportCommand(terminal))
    .addCommand(importCommand(terminal))
    .addHelpText("after", examples("agon chain show", "agon chain validate", "agon chain export --out chain.jsonl"));
}

function showCommand(terminal: Terminal) {
  return new Command("show")
    .description("the newest blocks; the specification with --spec")
    .option("--from <height>", "begin with this height and go down", readCount(0, Number.MAX_SAFE_INTEGER))
    .option("--limit <count>", "how many blocks", readCount(1, 200), 20)
    .option("--spec", "print the chain's specification as JSON instead")
    .addOption(apiOption())
    .addOption(nodeOption())
    .addOption(jsonOption())
    .addOption(debugOption())
    .addHelpText(
      "after",
      examples("agon chain show", "agon chain show --from 100 --limit 50 --json", "agon chain show --spec > spec.json"),
    )
    .action(async ({ from, limit, ...options }) => {
      const client = connect(terminal, options);
      if (options.spec) return print(terminal, { json: true }, await client.chain(), () => "");
      const page = await client.blocks({ limit, ...(from === undefined ? {} : { from }) });
      await print(terminal, options, page, () => showBlockList(page.items));
    });
}

function validateCommand(terminal: Terminal) {
  const command = new Command("validate")
    .description("execute the whole chain again from genesis: every seal, signature, rule and state root")
    .option("--config <file>", "settings as JSON (default: config.json in the node's folder)")
    .option("--file <file>", "check this export instead of a node's folder")
    .option("--node <name>", "let this node of a running devnet do it (needs the devnet's token)")
    .addOption(apiOption())
    .addOption(jsonOption())
    .addOption(debugOption())
    .addHelpText(
      "after",
      examples(
        "agon chain validate",
        "agon chain validate --data .agon/devnet/node-2",
        "agon chain validate --file chain.jsonl",
        "agon chain validate --node node-2",
      ),
    )
    .action(async (options) => {
      if (options.node !== undefined) return validateByNode(terminal, options, options.node);
      const summary = await withBar(terminal, (onProgress) => {
        if (options.file !== undefined) return validateChainFile(options.file, onProgress);
        const { node } = loadSettings(terminal, options).config;
        return validateChain(node.data, readSpec(node.spec), onProgress);
      });
      await print(
        terminal,
        options,
        { valid: true, ...summary },
        () => `The chain is valid.\n${describeSummary(summary)}`,
      );
    });
  addSettingFlags(command as unknown as CommandUnknownOpts, ["node.data", "node.spec"]);
  return command;
}

function exportCommand(terminal: Terminal) {
  const command = new Command("export")
    .description("write the chain as JSON lines: the specification, then each block's bytes in hex")
    .option("--config <file>", "settings as JSON (default: config.json in the node's folder)")
    .option("--out <file>", "write there (default: standard output)")
    .addOption(jsonOption())
    .addOption(debugOption())
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

function importCommand(terminal: Terminal) {
  const command = new Command("import")
    .description("read an exported chain into a node's folder, checking every rule (the node must be stopped)")
    .argument("<file>", "as written by chain export")
    .option("--config <file>", "settings as JSON (default: config.json in the node's folder)")
    .addOption(jsonOption())
    .addOption(debugOption())
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

async function validateByNode(
  terminal: Terminal,
  options: { readonly json?: boolean | undefined; readonly api?: string | undefined; readonly data?: string },
  name: string,
): Promise<void> {
  const { client, devnet } = await connectForOrders(terminal, options);
  if (devnet === null)
    throw new OperationError("no-devnet", `${client.baseUrl} is a node, not a devnet: it has no node ${name}`);
  const report = await client.devnet.validate(chooseNode(devnet, name).name);
  await print(terminal, options, report, () =>
    [
      `The chain of ${name} is ${report.valid ? "valid" : "not valid"}; ${plural(report.checkedBlocks, "block")} checked.`,
      facts([
        ["head", `height ${report.head.height}, ${report.head.hash}`],
        ["state root", report.stateRoot],
      ]),
      ...report.problems.map(({ height, message }) => `height ${height}: ${message}`),
    ].join("\n"),
  );
  if (!report.valid) throw new OperationError("chain-invalid", `the chain of ${name} is not valid`);
}

async function withBar(
  terminal: Terminal,
  work: (onProgress: (progress: Progress) => void) => Promise<ChainSummary>,
): Promise<ChainSummary> {
  let bar: ReturnType<typeof startProgress> | null = null;
  const onProgress = ({ done, total }: Progress): void => {
    terminal.signal.throwIfAborted();
    bar ??= startProgress(
      terminal,
      "blocks [{bar}] {value}/{total}, {eta_formatted} to go",
      total ?? 0,
      total !== null,
    );
    bar.update(done, {});
  };
  try {
    return await work(onProgress);
  } finally {
    (bar as ReturnType<typeof startProgress> | null)?.stop();
  }
}

function describeSummary({ height, head, stateRoot, transactions }: ChainSummary): string {
  return facts([
    ["height", String(height)],
    ["head", head],
    ["state root", stateRoot],
    ["transactions", String(transactions)],
  ]);
}
