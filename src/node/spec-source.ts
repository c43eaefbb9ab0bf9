/** The chain specification that a node was told: one of the built-in chains, or a file. */
import { readFileSync } from "node:fs";
import { OperationError } from "#base";
import { BUILT_IN_CHAINS, builtInSpec, type ChainSpec, isBuiltInChain, parseChainSpec } from "#spec";

const MAX_SPEC_BYTES = 4 * 1024 * 1024;

/** @throws OperationError `spec-invalid` that says what is wrong */
export function readSpec(nameOrPath: string): ChainSpec {
  if (isBuiltInChain(nameOrPath)) return builtInSpec(nameOrPath);
  const known = Object.keys(BUILT_IN_CHAINS).length > 0 ? "main, test, dev" : "";
  let text: string;
  try {
    text = readFileSync(nameOrPath, "utf8");
  } catch {
    throw invalid(`'${nameOrPath}' is neither a built-in chain (${known}) nor a file that can be read`);
  }
  if (text.length > MAX_SPEC_BYTES) throw invalid(`the chain specification ${nameOrPath} is over 4 MiB`);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw invalid(`the chain specification ${nameOrPath} is not JSON: ${(error as Error).message}`);
  }
  const spec = parseChainSpec(json);
  if (spec.ok) return spec.value;
  const detail = Object.entries(spec.error.detail ?? {}).map(([name, value]) => `${name} ${value}`);
  throw invalid(`the chain specification ${nameOrPath} is refused: ${[spec.error.code, ...detail].join(", ")}`);
}

function invalid(message: string): OperationError {
  return new OperationError("spec-invalid", message);
}
