/** The chain specification (rules SPEC-1 to SPEC-4). */
import { readAddress } from "./bech32m.ts";
import { ascii, sha256 } from "./bytes.ts";
import { isCanonicalCompact } from "./compact.ts";
import { check } from "./refusal.ts";

export interface Specification {
  readonly limitBits: number;
  readonly spacingS: bigint;
  readonly halfLifeS: bigint;
  readonly genesisMs: bigint;
  readonly accounts: readonly { readonly address: Buffer; readonly balance: bigint }[];
  readonly medianOf: number;
  readonly maxBlockBytes: number;
  readonly maxBlockTransactions: number;
  readonly minFeePerByte: bigint;
  readonly recordBurnPerByte: bigint;
  readonly newAccountBurn: bigint;
  readonly minOutput: bigint;
  readonly subsidy: bigint;
  readonly halvingBlocks: bigint;
  readonly maturityBlocks: bigint;
}

type Members = Readonly<Record<string, unknown>>;

const MAX_SUPPLY = 2n ** 63n - 1n;
const TRILLION = 10n ** 12n;

export function readSpecification(json: unknown): Specification {
  const top = members(json, "spec", [
    ...["version", "name", "addressPrefix", "engine", "genesis", "time", "limits", "fees", "rewards"],
  ]);
  integer(top, "version", 1, 1);
  text(top, "name", /^[a-z][a-z0-9-]{0,31}$/);
  const prefix = text(top, "addressPrefix", /^[a-z]{1,16}$/);
  const engine = members(top.engine, "engine", ["kind", "limitBits", "spacingMs", "halfLifeS"]);
  text(engine, "kind", /^pow$/);
  const limitBits = integer(engine, "limitBits", 0, 0xffffffff);
  const exponent = limitBits >>> 24;
  check(exponent >= 4 && exponent <= 32 && isCanonicalCompact(limitBits), "SPEC-1", `limitBits is ${limitBits}`);
  const spacingMs = integer(engine, "spacingMs", 1000, 86_400_000);
  check(spacingMs % 1000 === 0, "SPEC-1", `spacingMs ${spacingMs} is not whole seconds`);
  const genesis = members(top.genesis, "genesis", ["timeMs", "accounts"]);
  const time = members(top.time, "time", ["maxAheadMs", "medianOf"]);
  integer(time, "maxAheadMs", 0, 86_400_000);
  const medianOf = integer(time, "medianOf", 1, 101);
  check(medianOf % 2 === 1, "SPEC-1", `medianOf ${medianOf} is even`);
  const limits = members(top.limits, "limits", ["maxBlockBytes", "maxBlockTransactions"]);
  const feeNames = ["minFeePerByteAtoms", "recordBurnPerByteAtoms", "newAccountBurnAtoms", "minOutputAtoms"];
  const fees = members(top.fees, "fees", feeNames);
  const rewards = members(top.rewards, "rewards", ["subsidyAtoms", "halvingBlocks", "maturityBlocks"]);
  const specification: Specification = {
    limitBits,
    spacingS: BigInt(spacingMs / 1000),
    halfLifeS: BigInt(integer(engine, "halfLifeS", 0, 31_536_000)),
    genesisMs: BigInt(integer(genesis, "timeMs", 0, 4_294_967_295_000)),
    accounts: readAccounts(genesis.accounts, prefix),
    medianOf,
    maxBlockBytes: integer(limits, "maxBlockBytes", 32_768, 33_554_432),
    maxBlockTransactions: integer(limits, "maxBlockTransactions", 1, 65_536),
    minFeePerByte: amount(fees, "minFeePerByteAtoms", 0n, TRILLION),
    recordBurnPerByte: amount(fees, "recordBurnPerByteAtoms", 0n, TRILLION),
    newAccountBurn: amount(fees, "newAccountBurnAtoms", 0n, TRILLION),
    minOutput: amount(fees, "minOutputAtoms", 1n, TRILLION),
    subsidy: amount(rewards, "subsidyAtoms", 0n, MAX_SUPPLY),
    halvingBlocks: BigInt(integer(rewards, "halvingBlocks", 0, Number.MAX_SAFE_INTEGER)),
    maturityBlocks: BigInt(integer(rewards, "maturityBlocks", 1, 1_000_000)),
  };
  checkSupply(specification);
  return specification;
}

/** SPEC-2. */
export function chainIdOf(json: unknown): Buffer {
  return sha256(ascii("agon/spec/v1"), Buffer.from(canonical(json), "utf8"));
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([name, inner]) => `${JSON.stringify(name)}:${canonical(inner)}`).join(",")}}`;
}

function readAccounts(value: unknown, prefix: string): Specification["accounts"] {
  check(Array.isArray(value) && value.length <= 65_536, "SPEC-1", "genesis.accounts is not a list of at most 65,536");
  const seen = new Set<string>();
  return value.map((item: unknown) => {
    const account = members(item, "genesis.accounts", ["address", "balanceAtoms"]);
    const address = readAddress(text(account, "address", /^[a-z0-9]+$/), prefix);
    check(!seen.has(address.toString("hex")), "SPEC-1", `${String(account.address)} stands twice`);
    seen.add(address.toString("hex"));
    return { address, balance: amount(account, "balanceAtoms", 1n, MAX_SUPPLY) };
  });
}

function checkSupply({ accounts, subsidy, halvingBlocks }: Specification): void {
  const most = 2n ** 32n;
  const blocks = halvingBlocks === 0n || 2n * halvingBlocks > most ? most : 2n * halvingBlocks;
  const total = accounts.reduce((sum, { balance }) => sum + balance, 0n) + blocks * subsidy;
  check(total <= MAX_SUPPLY, "SPEC-4", `up to ${total} atoms could be made`);
}

function members(value: unknown, name: string, names: readonly string[]): Members {
  check(typeof value === "object" && value !== null && !Array.isArray(value), "SPEC-1", `${name} is not an object`);
  for (const key of Object.keys(value)) check(names.includes(key), "SPEC-1", `${name}.${key} is not known`);
  for (const key of names) check(Object.hasOwn(value, key), "SPEC-1", `${name}.${key} is missing`);
  return value as Members;
}

function integer(from: Members, name: string, least: number, most: number): number {
  const value = from[name];
  const holds = typeof value === "number" && Number.isInteger(value) && value >= least && value <= most;
  check(holds, "SPEC-1", `${name} is ${JSON.stringify(value)}`);
  return value;
}

function amount(from: Members, name: string, least: bigint, most: bigint): bigint {
  const value = BigInt(text(from, name, /^(0|[1-9][0-9]{0,19})$/));
  check(value >= least && value <= most, "SPEC-1", `${name} is ${value}`);
  return value;
}

function text(from: Members, name: string, form: RegExp): string {
  const value = from[name];
  check(typeof value === "string" && form.test(value), "SPEC-1", `${name} is ${JSON.stringify(value)}`);
  return value;
}
