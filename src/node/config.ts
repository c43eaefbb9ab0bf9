/** The operator's configuration: defaults < file < environment < flags, checked once, unknown keys refused. */
import { OperationError, type Setting, type SettingValue } from "#base";
import { type NodeConfig, SETTINGS, type Section, type Source } from "./settings.ts";

export interface ConfigInput {
  /** Parsed JSON of the configuration file: {section: {name: value}}. */
  readonly file?: unknown;
  /** AGON_SECTION_NAME, such as AGON_API_PORT; lists by commas. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** By "section.name". */
  readonly flags?: Readonly<Record<string, SettingValue>>;
}

export interface Loaded {
  readonly config: NodeConfig;
  /** By "section.name". */
  readonly sources: ReadonlyMap<string, Source>;
}

export interface ExplainedSetting {
  readonly key: string;
  readonly value: SettingValue;
  readonly source: Source;
  readonly default: SettingValue;
  readonly environment: string;
  readonly flag: string;
  readonly unit: string | null;
  readonly about: string;
}

/** Variables of the environment that begin with AGON_ and are no settings. */
const OTHER_VARIABLES = new Set(["AGON_TOKEN", "AGON_PASSPHRASE", "AGON_DATA", "AGON_API", "AGON_SEED"]);

/** @throws OperationError `config-invalid` that names the key and what is wrong with it */
export function loadConfig(input: ConfigInput = {}): Loaded {
  const values: Record<string, Record<string, SettingValue>> = {};
  const sources = new Map<string, Source>();
  for (const [section, settings] of Object.entries(SETTINGS)) {
    values[section] = {};
    for (const [name, setting] of Object.entries(settings)) {
      values[section][name] = setting.default;
      sources.set(`${section}.${name}`, "default");
    }
  }
  const set = (key: string, raw: unknown, source: Source, where: string): void => {
    const { section, name, setting } = lookUp(key, where);
    values[section]![name] = check(setting, raw, where);
    sources.set(key, source);
  };
  for (const [key, value] of entriesOfFile(input.file)) set(key, value, "file", `'${key}' in the configuration file`);
  const byVariable = new Map([...sources.keys()].map((key) => [variableOf(key), key]));
  for (const [variable, text] of Object.entries(input.environment ?? {})) {
    const key = byVariable.get(variable);
    if (key !== undefined && text !== undefined)
      set(key, parse(lookUp(key, variable).setting, text, variable), "environment", variable);
    else if (variable.startsWith("AGON_") && isSectionVariable(variable))
      throw invalid(`the environment variable ${variable} is not a setting; 'agon config --explain' lists them`);
  }
  for (const [key, value] of Object.entries(input.flags ?? {})) set(key, value, "flag", flagOf(key));
  return { config: values as unknown as NodeConfig, sources };
}

export function explainConfig({ config, sources }: Loaded): readonly ExplainedSetting[] {
  return [...sources].map(([key, source]) => {
    const { section, name, setting } = lookUp(key, key);
    const value = (config as unknown as Record<string, Record<string, SettingValue>>)[section]![name]!;
    return {
      ...{ key, value, source, default: setting.default, about: setting.about },
      environment: variableOf(key),
      flag: flagOf(key),
      unit: setting.unit ?? null,
    };
  });
}

/** Reads the text of a flag as the setting wants it. @throws OperationError `config-invalid` */
export function parseSetting(key: string, text: string, flag = flagOf(key)): SettingValue {
  const { setting } = lookUp(key, key);
  return check(setting, parse(setting, text, flag), flag);
}

/** `api.port` → `--api-port`; settings of the node itself have no prefix. */
export function flagOf(key: string): string {
  const [section, name] = key.split(".") as [string, string];
  const dashed = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return section === "node" ? `--${dashed}` : `--${section}-${dashed}`;
}

function variableOf(key: string): string {
  return `AGON_${key.replace(".", "_").replace(/[A-Z]/g, (letter) => `_${letter}`)}`.toUpperCase();
}

function isSectionVariable(variable: string): boolean {
  if (OTHER_VARIABLES.has(variable)) return false;
  return Object.keys(SETTINGS).some((section) => variable.startsWith(`AGON_${section.toUpperCase()}_`));
}

function lookUp(key: string, where: string): { section: Section; name: string; setting: Setting } {
  const [section = "", name = ""] = key.split(".");
  const settings: Readonly<Record<string, Setting>> | undefined = Object.hasOwn(SETTINGS, section)
    ? SETTINGS[section as Section]
    : undefined;
  const setting = settings !== undefined && Object.hasOwn(settings, name) ? settings[name] : undefined;
  if (setting === undefined) throw invalid(`${where} is not a setting; 'agon config --explain' lists them`);
  return { section: section as Section, name, setting };
}

function* entriesOfFile(file: unknown): IterableIterator<[string, unknown]> {
  if (file === undefined || file === null) return;
  if (!isRecord(file)) throw invalid("the configuration file must hold one JSON object");
  for (const [section, settings] of Object.entries(file)) {
    if (!Object.hasOwn(SETTINGS, section))
      throw invalid(
        `'${section}' in the configuration file is not a section; there are ${Object.keys(SETTINGS).join(", ")}`,
      );
    if (!isRecord(settings)) throw invalid(`section '${section}' of the configuration file must be an object`);
    for (const [name, value] of Object.entries(settings)) yield [`${section}.${name}`, value];
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parse(setting: Setting, text: string, where: string): SettingValue {
  if (typeof setting.default === "number") {
    if (!/^-?\d+$/.test(text.trim())) throw invalid(`${where} must be a whole number, not '${text}'`);
    return Number(text);
  }
  if (typeof setting.default === "boolean") {
    if (text !== "true" && text !== "false") throw invalid(`${where} must be true or false, not '${text}'`);
    return text === "true";
  }
  if (typeof setting.default === "string") return text;
  return text.split(",").filter((part) => part !== "");
}

function check(setting: Setting, raw: unknown, where: string): SettingValue {
  if (Array.isArray(setting.default)) {
    if (!Array.isArray(raw) || !raw.every((part) => typeof part === "string"))
      throw invalid(`${where} must be a list of texts`);
    for (const part of raw) checkForm(setting, part, where);
    return raw as readonly string[];
  }
  if (typeof raw !== typeof setting.default)
    throw invalid(`${where} must be a ${typeof setting.default}, not ${JSON.stringify(raw)}`);
  if (typeof raw === "number") {
    const { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = setting;
    if (!Number.isSafeInteger(raw) || raw < min || raw > max)
      throw invalid(`${where} must be a whole number from ${min} to ${max}, not ${raw}`);
  }
  if (typeof raw === "string" && raw !== setting.default) checkForm(setting, raw, where);
  return raw as SettingValue;
}

function checkForm({ form }: Setting, text: string, where: string): void {
  if (form !== undefined && !form.pattern.test(text)) throw invalid(`${where} must be ${form.words}, not '${text}'`);
}

function invalid(message: string): OperationError {
  return new OperationError("config-invalid", message);
}
