import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { type ExplainedSetting, explainConfig } from "#node";
import { newFolderCommand } from "../command-kinds.ts";
import { addSettingFlags, loadSettings } from "../node-settings.ts";
import { examples } from "../options.ts";
import { print, table } from "../print.ts";
import type { Terminal } from "../terminal.ts";

export function configCommand(terminal: Terminal): CommandUnknownOpts {
  const command = newFolderCommand("config")
    .description("the settings a node would start with")
    .option("--explain", "where each value comes from, its flag, its variable and what it means")
    .addHelpText(
      "after",
      examples("agon config", "agon config --explain", "agon config --explain --api-port 9000 --json"),
    )
    .action(async (options) => {
      const loaded = loadSettings(terminal, options);
      const explained = explainConfig(loaded);
      if (options.explain)
        await print(terminal, options, { settings: explained }, () => explained.map(explain).join("\n\n"));
      else
        await print(terminal, options, loaded.config, () =>
          table(
            ["setting", "value", "from"],
            explained.map(({ key, value, source }) => [key, show(value), source]),
          ),
        );
    });
  addSettingFlags(command as unknown as CommandUnknownOpts);
  return command;
}

function explain(setting: ExplainedSetting): string {
  const unit = setting.unit === null ? "" : ` ${setting.unit}`;
  const origin = setting.source === "default" ? "default" : `from ${setting.source}; default ${show(setting.default)}`;
  return `${setting.key} = ${show(setting.value)}${unit} (${origin})\n  ${setting.about}\n  ${setting.flag}, ${setting.environment}`;
}

function show(value: ExplainedSetting["value"]): string {
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.join(",");
  return value === "" ? "none" : String(value);
}
