/** The lines of an export, changed in one place, and the file that is given to the verifier. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { exportChain } from "#node";
import type { ChainSpec } from "#spec";
import { tempDir } from "../../support/temp.ts";
import { Refusal } from "../refusal.ts";
import { verifyExport } from "../verify-export.ts";

export async function exportLines(data: string, spec: ChainSpec): Promise<string[]> {
  const lines: string[] = [];
  await exportChain(data, spec, (line) => void lines.push(line));
  return lines;
}

export function textOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join("");
}

export function writeExport(text: string): string {
  const file = join(tempDir("agon-export"), "chain.jsonl");
  writeFileSync(file, text, "latin1");
  return file;
}

/** @returns the rule that does not hold and the line, or `accepted` */
export async function verdict(text: string): Promise<string> {
  try {
    await verifyExport(writeExport(text));
    return "accepted";
  } catch (error) {
    if (error instanceof Refusal) return `${error.rule} at ${error.place}`;
    throw error;
  }
}

/** Replaces the first `from` in a line by `to`, which is as long. */
export function swap(lines: readonly string[], line: number, from: string, to: string): string[] {
  const text = lines[line - 1]!;
  if (!text.includes(from) || from.length !== to.length) throw new Error(`line ${line} has no ${from}`);
  return lines.with(line - 1, text.replace(from, to));
}

/** Changes one hex digit, of byte `at` of the line's block: its upper half, or its lower. */
export function flip(lines: readonly string[], line: number, at: number, half: "upper" | "lower" = "lower"): string[] {
  const text = lines[line - 1]!;
  const position = text.indexOf('"block":"') + 9 + 2 * at + (half === "lower" ? 1 : 0);
  const digit = (Number.parseInt(text[position]!, 16) ^ 1).toString(16);
  return lines.with(line - 1, text.slice(0, position) + digit + text.slice(position + 1));
}
