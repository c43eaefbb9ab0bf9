/** Results: one JSON document, or text that lines up. */
import { formatCoins } from "#wallet/core";
import { type Terminal, write } from "./terminal.ts";

export interface PrintOptions {
  readonly json?: boolean | undefined;
}

/**
 * C0 and C1 controls, DEL, and what turns the direction of writing: in what others wrote, these could steer the terminal
 * or make it show something else.
 */
const STEERING = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;
const STEERING_IN_JSON = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/** The document is what programs get, the text what people get. */
export async function print(
  terminal: Terminal,
  { json }: PrintOptions,
  document: unknown,
  text: () => string,
): Promise<void> {
  await write(terminal.stdout, `${json ? toJson(document, 2) : text()}\n`);
}

/** One line of a stream. */
export async function printLine(
  terminal: Terminal,
  { json }: PrintOptions,
  document: unknown,
  text: () => string,
): Promise<void> {
  await write(terminal.stdout, `${json ? toJson(document) : text()}\n`);
}

/** One line of visible characters: what could steer a terminal is written as in JSON. */
export function visible(text: string): string {
  return text.replace(STEERING, asEscape);
}

/** Names in one column, values in another; null leaves a line out. */
export function facts(lines: readonly (readonly [string, string] | null)[]): string {
  const given = lines.filter((line) => line !== null);
  const width = Math.max(...given.map(([name]) => name.length));
  return given.map(([name, value]) => `${name.padEnd(width)}  ${visible(value)}`).join("\n");
}

/** Columns whose title begins with a space stand to the right. */
export function table(titles: readonly string[], given: readonly (readonly string[])[]): string {
  const rows = given.map((row) => row.map(visible));
  const widths = titles.map((title, i) => Math.max(title.trim().length, ...rows.map((row) => row[i]!.length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => (titles[i]!.startsWith(" ") ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
      .join("  ")
      .trimEnd();
  return [titles.map((title) => title.trim()), ...rows].map(line).join("\n");
}

/** @param atoms as the API writes them */
export function coins(atoms: string | bigint): string {
  const text = formatCoins(BigInt(atoms));
  return `${text} ${text === "1" ? "coin" : "coins"}`;
}

export function timeAndAge(timeMs: number, nowMs: number = Date.now()): string {
  return `${new Date(timeMs).toISOString()} (${age(timeMs, nowMs)})`;
}

/** "5 s ago" */
export function age(timeMs: number, nowMs: number = Date.now()): string {
  const seconds = Math.round((nowMs - timeMs) / 1_000);
  if (seconds < 0) return `in ${-seconds} s`;
  if (seconds < 120) return `${seconds} s ago`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min ago`;
  if (seconds < 172_800) return `${Math.round(seconds / 3_600)} h ago`;
  return `${Math.round(seconds / 86_400)} days ago`;
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** The same document, with every character that could steer a terminal as an escape. */
function toJson(document: unknown, indent?: number): string {
  return JSON.stringify(document, null, indent).replace(STEERING_IN_JSON, asEscape);
}

function asEscape(character: string): string {
  const short: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };
  return short[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
