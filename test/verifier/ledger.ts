/** Accounts, and what blocks make of them (rules TX-9 to TX-14, STATE-1, STATE-2, STATE-9, STATE-10). */
import { u64 } from "./bytes.ts";
import { check } from "./refusal.ts";
import type { Specification } from "./specification.ts";
import { StateTree } from "./state-tree.ts";
import { readOutputs, readRecordSize, type Transaction } from "./transaction.ts";
import type { Credit } from "./work.ts";

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
  #issued = 0n;
  #burned = 0n;

  constructor(spec: Specification) {
    this.#spec = spec;
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

  /** One block (TX-14, after BLOCK-10). @param credits of the engine, given the sum of the fees */
  apply(height: bigint, transactions: readonly Transaction[], credits: (fees: bigint) => readonly Credit[]): void {
    this.#mature(height - this.#spec.maturityBlocks);
    let fees = 0n;
    for (const transaction of transactions) {
      this.#execute(transaction);
      fees += transaction.fee;
    }
    this.#credit(height, credits(fees), fees);
    this.#write();
    this.#checkSupply();
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

  /** TX-9, TX-10, TX-11. */
  #execute({ kind, payload, size, fee, sender, nonce }: Transaction): void {
    const spec = this.#spec;
    check(kind === 1 || kind === 2, "TX-9", `kind ${kind}`);
    const outputs = kind === 1 ? readOutputs(payload) : [];
    const recordBurn = kind === 2 ? spec.recordBurnPerByte * BigInt(readRecordSize(payload)) : 0n;
    check(fee >= spec.minFeePerByte * BigInt(size), "TX-9", `a fee of ${fee} for ${size} bytes`);
    for (const { atoms } of outputs) check(atoms >= spec.minOutput, "TX-9", `an output of ${atoms}`);
    const amounts = outputs.reduce((sum, { atoms }) => sum + atoms, 0n);
    check(fee + amounts + recordBurn <= MAX_U64, "TX-9", "amounts of 2^64 or more");
    const account = this.#accounts.get(sender.toString("hex"));
    check(account !== undefined, "TX-9", `the sender ${sender.toString("hex")} has no account`);
    check(nonce === account.nonce, "TX-9", `nonce ${nonce}, where the account has ${account.nonce}`);
    const addresses = new Set(outputs.map(({ to }) => to.toString("hex")));
    const made = [...addresses].filter((address) => !this.#accounts.has(address)).length;
    const creationBurn = spec.newAccountBurn * BigInt(made);
    const cost = fee + amounts + recordBurn + creationBurn;
    check(account.balance >= cost, "TX-9", `it costs ${cost}, and the sender has ${account.balance}`);
    account.nonce += 1n;
    account.balance -= cost;
    this.#touched.add(sender.toString("hex"));
    for (const { to, atoms } of outputs) this.#pay(to, atoms);
    this.#burned += recordBurn + creationBurn;
  }

  /** TX-13. */
  #credit(height: bigint, credits: readonly Credit[], fees: bigint): void {
    this.#maturing.set(height, credits);
    credits.forEach(({ to, atoms, reason }, index) => {
      this.#tree.set("maturing", maturingKey(height, index), Buffer.concat([to, u64(atoms), Buffer.from([reason])]));
    });
    const credited = credits.reduce((sum, { atoms }) => sum + atoms, 0n);
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
    this.#tree.set("supply", Buffer.alloc(0), Buffer.concat([u64(this.#issued), u64(this.#burned)]));
  }

  /** STATE-9. */
  #checkSupply(): void {
    let total = 0n;
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
