/**
 * A node's stored chain, executed again from genesis by `agon chain validate`: a process of its own that opens the
 * node's folder for reading and takes nothing on trust but the chain specification.
 */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { ValidationReport } from "#api/contract";
import { createCheck, Refusal } from "#api/server";
import type { NodeProcess } from "../node-process.ts";
import type { ConsoleParts } from "./console-parts.ts";

/** Less than a connection may rest, and than the client waits. */
const VALIDATE_MS = 160_000;
const MAX_OUTPUT_BYTES = 1_048_576;
const run = promisify(execFile);

interface Ended {
  readonly stdout?: string;
  readonly stderr?: string;
  readonly killed?: boolean;
}

/** @throws Refusal `validation-failed` when the chain could not be checked at all */
export async function validateNode(parts: ConsoleParts, node: NodeProcess): Promise<ValidationReport> {
  const report = await validateOnce(parts, node);
  // A node that reorganises while it is read looks like one with a broken chain; a broken one still is.
  return report.valid || node.state !== "running" ? report : validateOnce(parts, node);
}

async function validateOnce({ program, specArgument }: ConsoleParts, node: NodeProcess): Promise<ValidationReport> {
  const args = [program, "chain", "validate", "--data", node.folder, "--spec", specArgument, "--json"];
  const output = await run(process.execPath, args, {
    ...{ timeout: VALIDATE_MS, killSignal: "SIGKILL", maxBuffer: MAX_OUTPUT_BYTES },
    // That a chain is not valid makes a report too, and an exit code of 1.
  }).catch((error: Ended) => error);
  const { stdout = "", stderr = "", killed = false }: Ended = output;
  const report = createCheck<ValidationReport>(ValidationReport, "the report")(parse(stdout));
  if (report.ok) return report.value;
  const lastWords = (stderr.trim().split("\n").at(-1) ?? "").slice(0, 1_000);
  const why = killed ? `that takes more than ${VALIDATE_MS / 1_000} s` : lastWords;
  throw new Refusal(500, "validation-failed", `the chain of ${node.name} could not be checked: ${why}`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
