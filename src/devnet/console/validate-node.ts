/** A node's stored chain, checked anew by a process that shares nothing with the node. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { ValidationReport } from "#api/contract";
import { createCheck, Refusal } from "#api/server";
import type { NodeProcess } from "../node-process.ts";
import type { ConsoleParts } from "./console-parts.ts";

const VALIDATE_MS = 100_000;
const MAX_REPORT_BYTES = 1_048_576;
const run = promisify(execFile);
const checkReport = createCheck<ValidationReport>(ValidationReport, "the report");

/** @throws Refusal `validation-failed` when the chain could not be checked at all */
export async function validateNode(
  { program, specArgument }: ConsoleParts,
  { folder, name }: NodeProcess,
): Promise<ValidationReport> {
  const args = [program, "chain", "validate", "--data", folder, "--spec", specArgument, "--json"];
  const limits = { timeout: VALIDATE_MS, killSignal: "SIGKILL", maxBuffer: MAX_REPORT_BYTES } as const;
  let output: string;
  try {
    output = (await run(process.execPath, args, limits)).stdout;
  } catch (error) {
    // An invalid chain is a report too, with exit code 1.
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    if (stdout.trim() === "")
      throw new Refusal(500, "validation-failed", `${name} could not be validated: ${stderr.trim().slice(-500)}`);
    output = stdout;
  }
  const report = checkReport(parse(output));
  if (report.ok) return report.value;
  throw new Refusal(500, "validation-failed", `${name} could not be validated: ${report.message}`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
