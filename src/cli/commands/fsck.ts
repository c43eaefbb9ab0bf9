import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { OperationError } from "#base";
import { fsck, readSpec } from "#node";
import { newFolderCommand } from "../command-kinds.ts";
import { addSettingFlags, loadSettings } from "../node-settings.ts";
import { examples } from "../options.ts";
import { print } from "../print.ts";
import type { Terminal } from "../terminal.ts";

export function fsckCommand(terminal: Terminal): CommandUnknownOpts {
  const command = newFolderCommand("fsck")
    .description("check the files of a node that is stopped; put the state right with --rebuild")
    .option("--rebuild", "make the state again from the blocks")
    .addHelpText("after", examples("agon fsck", "agon fsck --data .agon/devnet/node-1 --rebuild"))
    .action(async (options) => {
      const { node } = loadSettings(terminal, options).config;
      const report = await fsck(node.data, readSpec(node.spec), { rebuild: options.rebuild === true });
      await print(terminal, options, report, () =>
        [
          ...report.findings.map(({ check, ok, text }) => `${ok ? "ok  " : "BAD "} ${check}: ${text}`),
          `height ${report.height}, ${report.head}`,
        ].join("\n"),
      );
      if (!report.ok)
        throw new OperationError("data-damaged", `${node.data} is damaged; the lines marked BAD say where`);
    });
  addSettingFlags(command as unknown as CommandUnknownOpts, ["node.data", "node.spec"]);
  return command;
}
