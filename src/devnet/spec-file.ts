/** The one chain specification of all nodes, and what it takes to make blocks at its spacing. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { OperationError, toHex } from "#base";
import { BUILT_IN_NAMES, builtInSpec, type ChainSpec, chainIdOf, isBuiltInChain, parseChainSpec } from "#spec";

export interface DevnetSpec {
  readonly spec: ChainSpec;
  readonly chainId: string;
  /** As a node is told: the name of a built-in chain, or an absolute path. */
  readonly argument: string;
}

/** @throws OperationError `spec-invalid` */
export function readDevnetSpec(nameOrPath: string): DevnetSpec {
  const isBuiltIn = isBuiltInChain(nameOrPath);
  const spec = isBuiltIn ? builtInSpec(nameOrPath) : readFile(nameOrPath);
  return { spec, chainId: toHex(chainIdOf(spec)), argument: isBuiltIn ? nameOrPath : resolve(nameOrPath) };
}

function readFile(path: string): ChainSpec {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw new OperationError(
      "spec-invalid",
      `'${path}' is neither a built-in chain (${BUILT_IN_NAMES}) nor a readable JSON file`,
      { cause },
    );
  }
  const spec = parseChainSpec(json);
  if (spec.ok) return spec.value;
  const detail = Object.entries(spec.error.detail ?? {}).map(([name, value]) => `${name} ${value}`);
  throw new OperationError(
    "spec-invalid",
    `the chain specification ${path} is refused: ${[spec.error.code, ...detail].join(", ")}`,
  );
}

/** Shares as equal as can be, each at least 1; null for each where nothing is searched, or nobody shall (0). */
export function shareHashRate(total: number | null, count: number): readonly (number | null)[] {
  if (total === null || total === 0) return Array.from({ length: count }, () => null);
  const share = Math.floor(total / count);
  return Array.from({ length: count }, (_, i) => Math.max(1, share + (i < total - share * count ? 1 : 0)));
}
