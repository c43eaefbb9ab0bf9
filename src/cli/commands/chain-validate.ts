import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import type { ValidationReport } from "#api/contract";
import { OperationError } from "#base";
import { readSpec, storedHead, validateChain, validateChainFile } from "#node";
import { withBar } from "../chain-work.ts";
import { newFolderCommand } from "../command-kinds.ts";
import { chooseNode, connectForOrders } from "../connect.ts";
import { addSettingFlags, loadSettings } from "../node-settings.ts";
import { apiOption, examples } from "../options.ts";
import { facts, plural, print } from "../print.ts";
import type { Terminal } from "../terminal.ts";

export function validateCommand(terminal: Terminal) {
  const command = newFolderCommand("validate")
    .description("execute the whole chain again from genesis: every seal, signature, rule and state root")
    .option("--file <file>", "check this export instead of a node's folder")
    .option("--node <name>", "let this node of a running devnet do it (needs the devnet's token)")
    .addOption(apiOption())
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
      const report = await chooseWay(terminal, options);
      await print(terminal, options, report, () => describe(report));
      if (!report.valid) throw new OperationError("chain-invalid", "the chain is not valid");
    });
  addSettingFlags(command as unknown as CommandUnknownOpts, ["node.data", "node.spec"]);
  return command;
}

interface Choice {
  readonly file?: string | undefined;
  readonly node?: string | undefined;
  readonly api?: string | undefined;
  readonly data?: string | undefined;
}

function chooseWay(terminal: Terminal, options: Choice): Promise<ValidationReport> {
  if (options.node !== undefined) return validateByNode(terminal, options, options.node);
  if (options.file !== undefined) return validateFile(terminal, options.file);
  const { node } = loadSettings(terminal, { ...options }).config;
  return validateFolder(terminal, node.data, node.spec);
}

async function validateByNode(terminal: Terminal, { api, data }: Choice, name: string): Promise<ValidationReport> {
  const { client, devnet } = await connectForOrders(terminal, { api, data });
  if (devnet !== null) return client.devnet.validate(chooseNode(devnet, name).name);
  throw new OperationError("no-devnet", `${client.baseUrl} is a node, not a devnet: it has no node ${name}`);
}

async function validateFile(terminal: Terminal, file: string): Promise<ValidationReport> {
  const { height, head, stateRoot } = await withBar(terminal, (onProgress) => validateChainFile(file, onProgress));
  return { valid: true, head: { height, hash: head }, stateRoot, checkedBlocks: height, problems: [] };
}

/** A running node may change its branch under our eyes, so a chain is called invalid only when it is so twice. */
async function validateFolder(terminal: Terminal, data: string, specName: string): Promise<ValidationReport> {
  const spec = readSpec(specName);
  for (let tries = 1; ; tries++) {
    let checked = 0;
    try {
      const summary = await withBar(terminal, (onProgress) =>
        validateChain(data, spec, (progress) => {
          checked = progress.done;
          onProgress(progress);
        }),
      );
      const head = { height: summary.height, hash: summary.head };
      return { valid: true, head, stateRoot: summary.stateRoot, checkedBlocks: summary.height, problems: [] };
    } catch (error) {
      if (!(error instanceof OperationError) || error.code !== "chain-invalid") throw error;
      if (tries < 2) continue;
      const { height, head, stateRoot } = await storedHead(data, spec);
      // Blocks are executed in groups; the message names the one.
      const badHeight = Number(/height (\d+)/.exec(error.message)?.[1] ?? checked + 1);
      const problem = { height: badHeight, code: error.code, message: error.message };
      return { valid: false, head: { height, hash: head }, stateRoot, checkedBlocks: checked, problems: [problem] };
    }
  }
}

function describe(report: ValidationReport): string {
  return [
    `The chain is ${report.valid ? "valid" : "not valid"}; ${plural(report.checkedBlocks, "block")} checked.`,
    facts([
      ["head", `height ${report.head.height}, ${report.head.hash}`],
      ["state root", report.stateRoot],
    ]),
    ...report.problems.map(({ message }) => message),
  ].join("\n");
}
