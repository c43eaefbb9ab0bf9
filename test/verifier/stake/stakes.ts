/** The part of the ledger that only chains of stake have, as the rest of it sees it. */
import { type Credit, REASON } from "../credit.ts";
import { check } from "../refusal.ts";
import type { Specification } from "../specification.ts";
import type { StateTree } from "../state-tree.ts";
import type { Transaction } from "../transaction.ts";
import { bond, countVoters, lead, type Now, punish, renew, unbond } from "./carry-out.ts";
import { StakeEntries } from "./entries.ts";
import { stepEpoch } from "./epoch-step.ts";
import { type Proved, prove } from "./evidence.ts";
import type { StakeNumbers } from "./numbers.ts";
import type { Orders } from "./orders.ts";
import { checkBondProof, type Request, readRequest } from "./request.ts";
import type { Table } from "./table.ts";
import { Validators } from "./validators.ts";

export type StakeSpecification = Specification & { readonly engine: StakeNumbers };

export class Stakes {
  readonly #spec: StakeSpecification;
  readonly #chainId: Buffer;
  readonly #entries = new StakeEntries();
  readonly #validators: Validators;
  #now: Now = { height: 0n, epoch: 0n };

  constructor(spec: StakeSpecification, chainId: Buffer) {
    this.#spec = spec;
    this.#chainId = chainId;
    this.#validators = new Validators(spec.engine);
  }

  /** Epoch step, leader and votes (TX-14, 3). */
  begin(height: bigint, orders: Orders): { readonly table: Table | null; readonly credits: readonly Credit[] } {
    this.#now = { height, epoch: orders.epoch };
    const { step, epoch } = orders;
    const stepped = step === null ? null : stepEpoch(this.#validators, epoch, step, this.#spec.engine);
    lead(this.#validators, orders);
    countVoters(this.#validators, orders, this.#spec.engine);
    return { table: stepped?.table ?? null, credits: stepped?.credits ?? [] };
  }

  /** The payload (TX-9, 2). */
  read({ kind, payload }: Transaction): { readonly request: Request; readonly bonded: bigint } {
    const request = readRequest(kind, payload);
    return { request, bonded: request.kind === "bond" ? request.atoms : 0n };
  }

  /** What needs no state (TX-9, 5). */
  prove(request: Request, transaction: Transaction): Proved | null {
    if (request.kind === "bond") checkBondProof(request, transaction, this.#chainId);
    if (request.kind !== "evidence") return null;
    const { engine: numbers, genesisMs } = this.#spec;
    return prove(request.evidence, { chainId: this.#chainId, genesisMs, numbers });
  }

  /** TX-20, TX-22. @returns what is credited and burned of a penalty */
  carryOut(request: Request, proved: Proved | null, { sender, key }: Transaction): Outcome {
    const [validators, now, numbers] = [this.#validators, this.#now, this.#spec.engine];
    if (request.kind === "bond") bond(validators, sender, request, now, numbers);
    if (request.kind === "unbond") unbond(validators, sender, request.atoms, now, numbers);
    if (request.kind === "renew") renew(validators, key, request.tip, now);
    if (proved === null) return { credits: [], burned: 0n };
    const { penalty, report } = punish(validators, proved, now, numbers);
    return { credits: [{ to: sender, atoms: report, reason: REASON.report }], burned: penalty - report };
  }

  /** TX-13: a credit with reason 3. */
  addToPool(atoms: bigint): void {
    this.#validators.pool += atoms;
  }

  write(tree: StateTree): void {
    for (const validator of this.#validators.all) {
      const { bonded, incoming, leaving } = validator;
      const holds = bonded >= 0n && incoming >= 0n && leaving >= 0n && bonded + leaving >= incoming;
      check(holds, "STATE-2", `validator ${validator.number} has less than nothing`);
    }
    this.#entries.write(this.#validators, tree);
  }

  total(): bigint {
    return this.#validators.total();
  }
}

export interface Outcome {
  readonly credits: readonly Credit[];
  readonly burned: bigint;
}
