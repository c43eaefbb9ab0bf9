/** Accounts, and what blocks make of them (rules TX-9 to TX-14, STATE-1, STATE-2, STATE-9, STATE-10). */
import { u64 } from "./bytes.ts";
import { type Credit, REASON } from "./credit.ts";
import { check } from "./refusal.ts";
import type { Specification } from "./specification.ts";
import type { Orders } from "./stake/orders.ts";
import { Stakes } from "./stake/stakes.ts";
import type { Table } from "./stake/table.ts";
import { StateTree } from "./state-tree.ts";
import { readOutputs, readRecordSize, type Transaction } from "./transaction.ts";

interface Account {
  nonce: bigint;
  balance: bigint;
}

const MAX_U64 = 2n ** 64n - 1n;

export class Ledger {
  readonly #spec: Specification;
  readonly #tree = new StateTree();
  readonly #accounts = new Map<string, Account>();
  readonly #touched = new Set<string>();
  /** Height of the block that gave them, to the credits in their order. */
  readonly #maturing = new Map<bigint, readonly Credit[]>();
  readonly #stakes: Stakes | null;
  #issued = 0n;
  #burned = 0n;

  constructor(spec: Specification, chainId: Buffer) {
    this.#spec = spec;
    const { engine } = spec;
    this.#stakes = engine.kind === "pos" ? new Stakes({ ...spec, engine }, chainId) : null;
    this.#issued = this.#stakes?.total() ?? 0n;
    for (const { address, balance } of spec.accounts) {
      this.#pay(address, balance);
      this.#issued += balance;
    }
    this.#write();
  }

  get accountCount(): number {
    return this.#accounts.size;
  }

  get supply(): bigint {
    return this.#issued - this.#burned;
  }

  root(): Buffer {
    return this.#tree.root();
  }

  /**
   * One block (TX-14, after BLOCK-10).
   * @param orders of the engine, if it is stake
   * @param creditsOf of the engine, given the sum of the fees
   * @returns the table that an epoch step makes
   */
  apply(
    height: bigint,
    transactions: readonly Transaction[],
    creditsOf: (fees: bigint) => readonly Credit[],
    orders: Orders | null,
  ): Table | null {
    this.#mature(height - this.#spec.maturityBlocks);
    const begun = orders === null ? null : this.#stakes!.begin(height, orders);
    const credits = [...(begun?.credits ?? [])];
    let fees = 0n;
    for (const transaction of transactions) {
      credits.push(...this.#execute(transaction));
      fees += transaction.fee;
    }
    this.#credit(height, credits, creditsOf(fees), fees);
    this.#write();
    this.#checkSupply();
    return begun?.table ?? null;
  }

  /** TX-12. */
  #mature(height: bigint): void {
    this.#maturing.get(height)?.forEach(({ to, atoms }, index) => {
      this.#tree.remove("maturing", maturingKey(height, index));
      if (this.#accounts.has(to.toString("hex"))) {
        this.#pay(to, atoms);
        return;
      }
      const burn = atoms < this.#spec.newAccountBurn ? atoms : this.#spec.newAccountBurn;
      this.#burned += burn;
      if (atoms >= this.#spec.newAccountBurn) this.#pay(to, atoms - burn);
    });
    this.#maturing.delete(height);
  }

  /** TX-9, TX-10, TX-11. @returns what it credits to somebody by itself */
  #execute(transaction: Transaction): readonly Credit[] {
    const { kind, payload, size, fee, sender, nonce } = transaction;
    const [spec, stakes] = [this.#spec, this.#stakes];
    check(kind >= 1 && kind <= (stakes === null ? 2 : 6), "TX-9", `kind ${kind}`);
    const outputs = kind === 1 ? readOutputs(payload) : [];
    const recordBurn = kind === 2 ? spec.recordBurnPerByte * BigInt(readRecordSize(payload)) : 0n;
    const staked = stakes !== null && kind > 2 ? stakes.read(transaction) : null;
    const bonded = staked?.bonded ?? 0n;
    check(fee >= spec.minFeePerByte * BigInt(size), "TX-9", `a fee of ${fee} for ${size} bytes`);
    for (const { atoms } of outputs) check(atoms >= spec.minOutput, "TX-9", `an output of ${atoms}`);
    const amounts = outputs.reduce((sum, { atoms }) => sum + atoms, 0n);
    check(fee + amounts + recordBurn + bonded <= MAX_U64, "TX-9", "amounts of 2^64 or more");
    const proved = staked === null ? null : stakes!.prove(staked.request, transaction);
    const account = this.#accounts.get(sender.toString("hex"));
    check(account !== undefined, "TX-9", `the sender ${sender.toString("hex")} has no account`);
    check(nonce === account.nonce, "TX-9", `nonce ${nonce}, where the account has ${account.nonce}`);
    const addresses = new Set(outputs.map(({ to }) => to.toString("hex")));
    const made = [...addresses].filter((address) => !this.#accounts.has(address)).length;
    const creationBurn = spec.newAccountBurn * BigInt(made);
    const cost = fee + amounts + bonded + recordBurn + creationBurn;
    check(account.balance >= cost, "TX-9", `it costs ${cost}, and the sender has ${account.balance}`);
    const outcome = staked === null ? null : stakes!.carryOut(staked.request, proved, transaction);
    account.nonce += 1n;
    account.balance -= cost;
    this.#touched.add(sender.toString("hex"));
    for (const { to, atoms } of outputs) this.#pay(to, atoms);
    this.#burned += recordBurn + creationBurn + (outcome?.burned ?? 0n);
    return outcome?.credits ?? [];
  }

  /** TX-13. @param before of the epoch step and of evidence, in their order */
  #credit(height: bigint, before: readonly Credit[], ofEngine: readonly Credit[], fees: bigint): void {
    const entries = [...before, ...ofEngine].filter(({ atoms, reason }) => atoms > 0n && reason !== REASON.voterPool);
    this.#maturing.set(height, entries);
    entries.forEach(({ to, atoms, reason }, index) => {
      this.#tree.set("maturing", maturingKey(height, index), Buffer.concat([to, u64(atoms), Buffer.from([reason])]));
    });
    for (const { atoms, reason } of ofEngine) if (reason === REASON.voterPool) this.#stakes!.addToPool(atoms);
    const credited = ofEngine.reduce((sum, { atoms }) => sum + atoms, 0n);
    if (credited > fees) this.#issued += credited - fees;
    else this.#burned += fees - credited;
  }

  /** Adds to a balance; makes the account where there is none. */
  #pay(address: Buffer, atoms: bigint): void {
    const key = address.toString("hex");
    const account = this.#accounts.get(key) ?? { nonce: 0n, balance: 0n };
    account.balance += atoms;
    this.#accounts.set(key, account);
    this.#touched.add(key);
  }

  #write(): void {
    for (const key of this.#touched) {
      const { nonce, balance } = this.#accounts.get(key)!;
      this.#tree.set("account", Buffer.from(key, "hex"), Buffer.concat([u64(nonce), u64(balance)]));
    }
    this.#touched.clear();
    this.#stakes?.write(this.#tree);
    this.#tree.set("supply", Buffer.alloc(0), Buffer.concat([u64(this.#issued), u64(this.#burned)]));
  }

  /** STATE-9. */
  #checkSupply(): void {
    let total = this.#stakes?.total() ?? 0n;
    for (const { balance } of this.#accounts.values()) total += balance;
    for (const credits of this.#maturing.values()) for (const { atoms } of credits) total += atoms;
    check(total === this.supply, "STATE-9", `${total} atoms exist, ${this.supply} were issued and not burned`);
    check(this.#issued < 2n ** 63n && this.#burned < 2n ** 63n, "STATE-9", "the supply leaves 63 bits");
  }
}

function maturingKey(height: bigint, index: number): Buffer {
  const key = Buffer.alloc(12);
  key.writeBigUInt64LE(height, 0);
  key.writeUInt32LE(index, 8);
  return key;
}
