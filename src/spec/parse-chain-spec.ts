/** From JSON to a chain specification, refusing whatever is not exactly one (rules SPEC-1, SPEC-3 and SPEC-4). */
import { equalBytes, err, type Fault, ok, type Result, utf8 } from "#base";
import { formatAddress, parseAddress } from "#crypto";
import { MAX_BLOCK_TRANSACTIONS } from "#model";
import type { ChainSpec } from "./chain-spec.ts";
import { readEngine } from "./read-engine.ts";
import { createStrictReader, type StrictReader } from "./strict-reader.ts";

const NAME = /^[a-z][a-z0-9-]{0,31}$/;
const PREFIX = /^[a-z]{1,16}$/;
const MAX_SAFE = Number.MAX_SAFE_INTEGER;
const MAX_ATOMS = 2n ** 63n - 1n;
const MAX_GENESIS_ACCOUNTS = 65_536;
/** Heights are below this, because work writes them in 4 bytes. */
const MAX_BLOCKS = 2n ** 32n;
const DAY_S = 86_400;
/** Room for the largest transaction. */
const MIN_BLOCK_BYTES = 32_768;

/**
 * @param json as JSON.parse gives it
 * @returns `spec-unknown-key`, `spec-missing-key`, `spec-value`, `spec-address`, `spec-duplicate-account`,
 * `spec-duplicate-validator` or `spec-supply`, each with the path of what is wrong and the problem in words
 */
export function parseChainSpec(json: unknown): Result<ChainSpec, Fault> {
  const read = createStrictReader();
  const root = read.object(json, "", [
    "version",
    "name",
    "addressPrefix",
    "engine",
    "genesis",
    "time",
    "limits",
    "fees",
    "rewards",
  ]);
  const addressPrefix = read.text(root.addressPrefix, "addressPrefix", PREFIX);
  read.integer(root.version, "version", 1, 1);
  const spec: ChainSpec = {
    version: 1,
    name: read.text(root.name, "name", NAME),
    addressPrefix,
    engine: readEngine(read, root.engine, (json, path) => readAddress(read, json, path, addressPrefix)),
    genesis: readGenesis(read, root.genesis, addressPrefix),
    time: readTime(read, root.time),
    limits: readLimits(read, root.limits),
    fees: readFees(read, root.fees),
    rewards: readRewards(read, root.rewards),
  };
  if (read.fault() === null) {
    checkEngineTime(read, spec);
    checkSupply(read, spec);
  }
  const fault = read.fault();
  return fault === null ? ok(spec) : err(fault);
}

function readGenesis(read: StrictReader, json: unknown, addressPrefix: string): ChainSpec["genesis"] {
  const genesis = read.object(json, "genesis", ["timeMs", "accounts"]);
  const seen = new Set<string>();
  const accounts = read.array(genesis.accounts, "genesis.accounts", MAX_GENESIS_ACCOUNTS).map((json, index) => {
    const path = `genesis.accounts[${index}]`;
    const account = read.object(json, path, ["address", "balanceAtoms"]);
    const address = readAddress(read, account.address, `${path}.address`, addressPrefix);
    if (seen.has(address)) read.refuse("spec-duplicate-account", `${path}.address`, `${address} stands twice`);
    seen.add(address);
    return { address, balanceAtoms: read.atoms(account.balanceAtoms, `${path}.balanceAtoms`, 1n, MAX_ATOMS) };
  });
  // Work writes the time in seconds into 4 bytes.
  return { timeMs: read.integer(genesis.timeMs, "genesis.timeMs", 0, (2 ** 32 - 1) * 1_000), accounts };
}

function readAddress(read: StrictReader, json: unknown, path: string, prefix: string): string {
  const text = read.text(json, path, /^[a-z0-9]{1,90}$/);
  const address = parseAddress(text, prefix);
  const isCanonical = address.ok && equalBytes(utf8(formatAddress(address.value, prefix)), utf8(text));
  if (!isCanonical) read.refuse("spec-address", path, `must be an address that begins with ${prefix}1`);
  return text;
}

function readTime(read: StrictReader, json: unknown): ChainSpec["time"] {
  const time = read.object(json, "time", ["maxAheadMs", "medianOf"]);
  const medianOf = read.integer(time.medianOf, "time.medianOf", 1, 101);
  if (medianOf % 2 === 0) read.refuse("spec-value", "time.medianOf", "must be odd");
  return { maxAheadMs: read.integer(time.maxAheadMs, "time.maxAheadMs", 0, DAY_S * 1_000), medianOf };
}

function readLimits(read: StrictReader, json: unknown): ChainSpec["limits"] {
  const limits = read.object(json, "limits", ["maxBlockBytes", "maxBlockTransactions"]);
  return {
    maxBlockBytes: read.integer(limits.maxBlockBytes, "limits.maxBlockBytes", MIN_BLOCK_BYTES, 2 ** 25),
    maxBlockTransactions: read.integer(
      limits.maxBlockTransactions,
      "limits.maxBlockTransactions",
      1,
      MAX_BLOCK_TRANSACTIONS,
    ),
  };
}

function readFees(read: StrictReader, json: unknown): ChainSpec["fees"] {
  const fees = read.object(json, "fees", [
    "minFeePerByteAtoms",
    "recordBurnPerByteAtoms",
    "newAccountBurnAtoms",
    "minOutputAtoms",
  ]);
  // Bounded, so that the sum over the largest transaction stays far below 2^63.
  const max = 10n ** 12n;
  return {
    minFeePerByteAtoms: read.atoms(fees.minFeePerByteAtoms, "fees.minFeePerByteAtoms", 0n, max),
    recordBurnPerByteAtoms: read.atoms(fees.recordBurnPerByteAtoms, "fees.recordBurnPerByteAtoms", 0n, max),
    newAccountBurnAtoms: read.atoms(fees.newAccountBurnAtoms, "fees.newAccountBurnAtoms", 0n, max),
    minOutputAtoms: read.atoms(fees.minOutputAtoms, "fees.minOutputAtoms", 1n, max),
  };
}

function readRewards(read: StrictReader, json: unknown): ChainSpec["rewards"] {
  const rewards = read.object(json, "rewards", ["subsidyAtoms", "halvingBlocks", "maturityBlocks"]);
  return {
    subsidyAtoms: read.atoms(rewards.subsidyAtoms, "rewards.subsidyAtoms", 0n, MAX_ATOMS),
    halvingBlocks: read.integer(rewards.halvingBlocks, "rewards.halvingBlocks", 0, MAX_SAFE),
    maturityBlocks: read.integer(rewards.maturityBlocks, "rewards.maturityBlocks", 1, 1_000_000),
  };
}

/** Where time comes in slots a block is later than its parent and nothing else, and its slot cannot be guessed long before. */
function checkEngineTime(read: StrictReader, { engine, time }: ChainSpec): void {
  if (engine.kind !== "pos") return;
  if (time.medianOf !== 1) read.refuse("spec-value", "time.medianOf", "must be 1 where blocks have slots");
  if (time.maxAheadMs > engine.slotMs) read.refuse("spec-value", "time.maxAheadMs", "must be at most one slot");
}

/** Whatever is issued until the last height stays below 2^63 (rule SPEC-4). */
function checkSupply(read: StrictReader, spec: ChainSpec): void {
  const { subsidyAtoms, halvingBlocks } = spec.rewards;
  const bonds = spec.engine.kind === "pos" ? spec.engine.validators : [];
  const balances = spec.genesis.accounts.reduce((sum, account) => sum + account.balanceAtoms, 0n);
  const genesis = bonds.reduce((sum, { bondAtoms }) => sum + bondAtoms, balances);
  const subsidised = halvingBlocks === 0 ? MAX_BLOCKS : 2n * BigInt(halvingBlocks);
  const issued = genesis + subsidyAtoms * (subsidised < MAX_BLOCKS ? subsidised : MAX_BLOCKS);
  if (issued > MAX_ATOMS) read.refuse("spec-supply", "genesis.accounts", `up to ${issued} atoms, 2^63 or more`);
}
