/** The chain specification (rules SPEC-1 to SPEC-4, SPEC-7). */
import { readAddress } from "./bech32m.ts";
import { ascii, sha256 } from "./bytes.ts";
import { amount, integer, MAX_SUPPLY, members, text } from "./json-members.ts";
import { check } from "./refusal.ts";
import { readStakeNumbers, type StakeNumbers } from "./stake/numbers.ts";
import { readWorkNumbers, type WorkNumbers } from "./work-numbers.ts";

export interface Specification {
  readonly engine: WorkNumbers | StakeNumbers;
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

const TRILLION = 10n ** 12n;

export function readSpecification(json: unknown): Specification {
  const top = members(json, "spec", [
    ...["version", "name", "addressPrefix", "engine", "genesis", "time", "limits", "fees", "rewards"],
  ]);
  integer(top, "version", 1, 1);
  text(top, "name", /^[a-z][a-z0-9-]{0,31}$/);
  const prefix = text(top, "addressPrefix", /^[a-z]{1,16}$/);
  const engine = readEngine(top.engine, prefix);
  const genesis = members(top.genesis, "genesis", ["timeMs", "accounts"]);
  const time = members(top.time, "time", ["maxAheadMs", "medianOf"]);
  const maxAheadMs = integer(time, "maxAheadMs", 0, 86_400_000);
  const medianOf = integer(time, "medianOf", 1, 101);
  check(medianOf % 2 === 1, "SPEC-1", `medianOf ${medianOf} is even`);
  if (engine.kind === "pos")
    check(medianOf === 1 && BigInt(maxAheadMs) <= engine.slotMs, "SPEC-7", `time is ${maxAheadMs}, ${medianOf}`);
  const limits = members(top.limits, "limits", ["maxBlockBytes", "maxBlockTransactions"]);
  const feeNames = ["minFeePerByteAtoms", "recordBurnPerByteAtoms", "newAccountBurnAtoms", "minOutputAtoms"];
  const fees = members(top.fees, "fees", feeNames);
  const rewards = members(top.rewards, "rewards", ["subsidyAtoms", "halvingBlocks", "maturityBlocks"]);
  const specification: Specification = {
    engine,
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

function readEngine(json: unknown, prefix: string): WorkNumbers | StakeNumbers {
  const kind = typeof json === "object" && json !== null && "kind" in json ? json.kind : undefined;
  check(kind === "pow" || kind === "pos", "SPEC-1", `engine.kind is ${JSON.stringify(kind)}`);
  return kind === "pow" ? readWorkNumbers(json) : readStakeNumbers(json, prefix);
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

function checkSupply({ accounts, engine, subsidy, halvingBlocks }: Specification): void {
  const most = 2n ** 32n;
  const blocks = halvingBlocks === 0n || 2n * halvingBlocks > most ? most : 2n * halvingBlocks;
  const bonds = engine.kind === "pos" ? engine.validators.map(({ bond }) => bond) : [];
  const atGenesis = [...accounts.map(({ balance }) => balance), ...bonds].reduce((sum, each) => sum + each, 0n);
  const total = atGenesis + blocks * subsidy;
  check(total <= MAX_SUPPLY, "SPEC-4", `up to ${total} atoms could be made`);
}
