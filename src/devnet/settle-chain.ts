/**
 * Which chain a devnet runs: the one that its folder holds, or a new one, which is fitted to the number of nodes and
 * written into the folder where it has validators.
 */
import { closeSync, existsSync, fsyncSync, openSync, renameSync, writeSync } from "node:fs";
import { OperationError, toHex } from "#base";
import {
  type ChainSpec,
  chainIdOf,
  chainNameFor,
  devnetSpec,
  hasFixedDifficulty,
  isBuiltInChain,
  isDevnetSpecOf,
  nominalHashRate,
  parseChainSpec,
  specToJson,
} from "#spec";
import { notMined } from "./console/node-orders.ts";
import { type DevnetFolder, otherChain } from "./devnet-folder.ts";
import type { DevnetOptions } from "./options.ts";
import { type DevnetSpec, readDevnetSpec } from "./spec-file.ts";

/** Of `--stakes`. */
const STAKE_UNIT_ATOMS = 100_000_000_000n;

/** @throws OperationError `spec-invalid`, `config-invalid`, `data-other-chain` or `data-damaged` */
export function settleChain(
  folder: DevnetFolder,
  options: Pick<DevnetOptions, "nodes" | "engine" | "spec" | "stakes" | "pool">,
  nowMs: number,
): DevnetSpec {
  const found = folder.chain();
  const wanted = wantedSpec(folder, options);
  if (options.pool !== null && nominalHashRate(wanted.spec.engine) === null)
    throw new OperationError("config-invalid", `a pool has no work here: ${notMined(wanted.spec)}`);
  if (found !== null) {
    if (options.stakes.length > 0)
      throw new OperationError("config-invalid", `what validators bond is fixed in ${folder.path}: give --fresh too`);
    const held = existsSync(folder.specFile) ? readDevnetSpec(folder.specFile) : wanted;
    if (held.chainId !== wanted.chainId && !isDevnetSpecOf(held.spec, wanted.spec))
      throw otherChain(folder.path, found, { name: wanted.spec.name, id: wanted.chainId });
    folder.claim({ name: held.spec.name, id: held.chainId });
    return held;
  }
  const spec = devnetSpec(wanted.spec, {
    ...{ nodes: options.nodes, nowMs },
    bondsAtoms: options.stakes.map((thousands) => BigInt(thousands) * STAKE_UNIT_ATOMS),
  });
  if (spec === wanted.spec && options.stakes.length > 0)
    throw new OperationError("config-invalid", `${spec.name} has no validators that a devnet could choose stakes for`);
  assertValid(spec);
  folder.claim({ name: spec.name, id: toHex(chainIdOf(spec)) });
  if (spec === wanted.spec) return wanted;
  writeDurably(folder.specFile, `${JSON.stringify(specToJson(spec), null, 2)}\n`);
  return readDevnetSpec(folder.specFile);
}

/** Without a word about it: what the folder holds, else `dev`, or `test` with a pool: of `dev` each share is a block. */
function wantedSpec(
  folder: DevnetFolder,
  { engine, spec: named, pool }: Pick<DevnetOptions, "engine" | "spec" | "pool">,
): DevnetSpec {
  const found = folder.chain();
  const isOpen = engine === null && named === null;
  if (isOpen && found !== null && existsSync(folder.specFile)) return readDevnetSpec(folder.specFile);
  if (isOpen && found !== null && isBuiltInChain(found.name)) {
    const held = readDevnetSpec(found.name);
    if (pool === null || !hasFixedDifficulty(held.spec.engine)) return held;
  }
  const name = named ?? (pool === null ? "dev" : "test");
  const wanted = readDevnetSpec(engine === null ? name : chainNameFor(engine, name));
  if (engine !== null && wanted.spec.engine.kind !== engine)
    throw new OperationError(
      "config-invalid",
      `the engine of the chain ${wanted.spec.name} is ${wanted.spec.engine.kind}, not ${engine}: leave out one of --engine and --spec`,
    );
  return wanted;
}

/** What validators bond may be too little, or more of them may be wanted than the chain allows. */
function assertValid(spec: ChainSpec): void {
  const parsed = parseChainSpec(specToJson(spec));
  if (parsed.ok) return;
  const detail = Object.entries(parsed.error.detail ?? {}).map(([name, value]) => `${name} ${value}`);
  throw new OperationError("config-invalid", `${spec.name} cannot begin so: ${detail.join(", ")}`);
}

function writeDurably(path: string, text: string): void {
  const file = openSync(`${path}.tmp`, "w", 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(`${path}.tmp`, path);
}
