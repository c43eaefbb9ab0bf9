/**
 * Bonds after docs/spec, in plain objects and without regard to speed: what the ledger is held against. It knows nobody
 * but people of a test, by their names.
 */
import { toHex } from "#base";
import type { StakeSpec } from "#spec";
import type { Person } from "./stake-chain.ts";

export interface ModelValidator {
  readonly owner: Person;
  key: Person;
  readonly keys: Person[];
  tip: string;
  next: { tip: string; epoch: number } | null;
  bonded: bigint;
  incoming: bigint;
  slashed: bigint;
  unbondings: ({ amount: bigint; paidAt: number | null } | null)[];
  lastVote: number;
  votes: number;
  blocks: number;
  missed: number;
  jailedUntil: number;
  since: number;
  leaked: boolean;
  standing: boolean;
}

export type ModelAction =
  | {
      readonly kind: "bond";
      readonly who: Person;
      readonly amount: bigint;
      readonly signer: Person;
      readonly tip: string;
    }
  | { readonly kind: "unbond"; readonly who: Person; readonly amount: bigint }
  | { readonly kind: "renew"; readonly signer: Person; readonly tip: string }
  | {
      readonly kind: "evidence";
      readonly who: Person;
      readonly of: Person;
      readonly type: "blocks" | "votes";
      readonly epoch: number;
      readonly at: number;
    };

export interface ModelStep {
  readonly epoch: number;
  readonly parentEpoch: number;
  readonly finalizedHeight: number;
  readonly finalizedEpoch: number;
  readonly keepsTable: boolean;
}

interface ModelCredit {
  readonly to: string;
  readonly amount: bigint;
  readonly reason: string;
}

interface ModelChange {
  readonly height: number;
  readonly validator: ModelValidator;
  readonly amount: bigint;
  readonly unbonding: NonNullable<ModelValidator["unbondings"][number]> | null;
  readonly returns: boolean;
}

export class StakeModel {
  readonly validators: ModelValidator[] = [];
  readonly changes: ModelChange[] = [];
  readonly offences = new Set<string>();
  pool = 0n;
  burned = 0n;
  epoch = 0;
  finalizedEpoch = 0;
  steps = 0;
  /** Of the present block. */
  credits: ModelCredit[] = [];
  readonly #engine: StakeSpec;

  constructor(engine: StakeSpec, people: readonly Person[]) {
    this.#engine = engine;
    engine.validators.forEach(({ bondAtoms }, i) => {
      const validator = this.#create(people[i]!, people[i]!, toHex(people[i]!.tip()));
      Object.assign(validator, { bonded: bondAtoms, since: 1, standing: true });
    });
  }

  of(owner: Person): ModelValidator | undefined {
    return this.validators.find((validator) => validator.owner.name === owner.name);
  }

  ofKey(signer: Person): ModelValidator | undefined {
    return this.validators.find(({ keys }) => keys.some(({ key }) => toHex(key) === toHex(signer.key)));
  }

  active({ bonded, incoming, unbondings }: ModelValidator): bigint {
    return unbondings.reduce((sum, one) => sum + (one?.paidAt === null ? one.amount : 0n), bonded - incoming);
  }

  /** @returns the table that is made, if one is: hexadecimal keys, ascending, and weights */
  step({ epoch, parentEpoch, finalizedHeight, finalizedEpoch, keepsTable }: ModelStep) {
    const steps = finalizedEpoch > this.finalizedEpoch ? 0 : this.steps + 1;
    const isKept = keepsTable && steps <= this.#engine.leakEpochs;
    this.#divide(parentEpoch);
    for (const validator of this.validators)
      validator.unbondings.forEach((one, i) => {
        if (one === null || one.paidAt === null || one.paidAt > epoch) return;
        this.#give(validator.owner, one.amount, "unbonded");
        validator.unbondings[i] = null;
      });
    for (const validator of this.validators) {
      if (validator.next === null) continue;
      if (validator.next.epoch === parentEpoch + 2) validator.next.epoch = epoch + (isKept ? 2 : 1);
      else Object.assign(validator, { tip: validator.next.tip, next: null });
    }
    while (!isKept && this.changes.length > 0 && this.changes[0]!.height <= finalizedHeight) {
      const { validator, amount, unbonding, returns } = this.changes.shift()!;
      if (unbonding !== null) unbonding.paidAt = epoch + 1 + this.#engine.unbondEpochs;
      else validator.incoming -= amount < validator.incoming ? amount : validator.incoming;
      if (returns) validator.leaked = false;
    }
    this.steps = steps;
    this.finalizedEpoch = Math.max(this.finalizedEpoch, finalizedEpoch);
    for (const validator of this.validators)
      if (validator.standing && validator.since <= parentEpoch)
        validator.missed = validator.lastVote < parentEpoch ? validator.missed + 1 : 0;
    this.epoch = epoch;
    return isKept ? null : this.#table(epoch);
  }

  /** @returns the code of the refusal, or null when it is done */
  act(action: ModelAction, height: number): string | null {
    if (action.kind === "bond") return this.#bond(action, height);
    if (action.kind === "unbond") return this.#unbond(action, height);
    if (action.kind === "evidence") return this.#punish(action);
    const validator = this.ofKey(action.signer);
    if (validator === undefined || toHex(validator.key.key) !== toHex(action.signer.key)) return "renew-stranger";
    this.#changeTip(validator, action.tip);
    return null;
  }

  #divide(parentEpoch: number): void {
    const voters = this.validators.filter(
      ({ lastVote, jailedUntil }) => parentEpoch > 0 && lastVote === parentEpoch && jailedUntil <= parentEpoch,
    );
    const total = voters.reduce((sum, voter) => sum + this.active(voter), 0n);
    if (total === 0n) return;
    const { pool } = this;
    for (const voter of voters) {
      const share = (pool * this.active(voter)) / total;
      this.#give(voter.owner, share, "vote-reward");
      this.pool -= share;
    }
  }

  #table(epoch: number) {
    const { leakEpochs, maxValidators } = this.#engine;
    const able = this.validators.filter((v) => this.active(v) > 0n && !v.leaked && v.jailedUntil <= epoch + 1);
    const absent = this.steps > leakEpochs ? able.filter((v) => v.standing && v.missed >= leakEpochs) : [];
    const leaves = absent.length > 0 && absent.length < able.length;
    if (leaves) for (const validator of absent) validator.leaked = true;
    const chosen = able
      .filter((v) => !v.leaked)
      .sort(
        (a, b) => Number(this.active(b) - this.active(a)) || this.validators.indexOf(a) - this.validators.indexOf(b),
      )
      .slice(0, maxValidators);
    const entries = (chosen.length > 0 ? chosen : this.validators.filter(({ standing }) => standing)).map((v) => ({
      key: toHex(v.key.key),
      weight: this.active(v) > 0n ? this.active(v) : 1n,
    }));
    if (chosen.length > 0)
      for (const validator of this.validators) {
        const stands = chosen.includes(validator);
        if (stands && !validator.standing) Object.assign(validator, { since: epoch + 1, missed: 0 });
        validator.standing = stands;
      }
    return {
      leaked: chosen.length > 0 && this.steps > leakEpochs,
      entries: entries.sort((a, b) => (a.key < b.key ? -1 : 1)),
    };
  }

  #bond({ who, amount, signer, tip }: Extract<ModelAction, { kind: "bond" }>, height: number): string | null {
    const known = this.of(who);
    if ((known?.bonded ?? 0n) + amount < this.#engine.minBondAtoms) return "bond-dust";
    const holder = this.ofKey(signer);
    if (holder !== undefined && holder !== known) return "bond-key-taken";
    const validator = known ?? this.#create(who, signer, tip);
    if (known !== undefined) {
      if (holder === undefined) known.keys.push(signer);
      known.key = signer;
      this.#changeTip(known, tip);
    }
    validator.bonded += amount;
    validator.incoming += amount;
    const returns = validator.leaked;
    if (amount > 0n || returns) this.changes.push({ height, validator, amount, unbonding: null, returns });
    return null;
  }

  #unbond({ who, amount }: Extract<ModelAction, { kind: "unbond" }>, height: number): string | null {
    const validator = this.of(who);
    if (validator === undefined) return "unbond-none";
    if (amount > validator.bonded) return "unbond-exceeds";
    const rest = validator.bonded - amount;
    if (amount === 0n || (rest > 0n && rest < this.#engine.minBondAtoms)) return "unbond-dust";
    const free = Array.from({ length: 16 }, (_, i) => i).find((i) => (validator.unbondings[i] ?? null) === null);
    if (free === undefined) return "unbond-many";
    const unbonding = { amount, paidAt: null };
    validator.unbondings[free] = unbonding;
    validator.bonded = rest;
    this.changes.push({ height, validator, amount, unbonding, returns: false });
    return null;
  }

  #punish({ who, of, type, epoch, at }: Extract<ModelAction, { kind: "evidence" }>): string | null {
    const validator = this.ofKey(of);
    if (validator === undefined) return "evidence-stranger";
    if (epoch > this.epoch + 1) return "evidence-early";
    if (this.epoch > epoch + this.#engine.unbondEpochs - 1) return "evidence-late";
    const name = `${validator.owner.name} ${type} ${at}`;
    if (this.offences.has(name)) return "evidence-repeated";
    this.offences.add(name);
    const part = (atoms: bigint) => (atoms * BigInt(this.#engine.slashPpm)) / 1_000_000n;
    let penalty = part(validator.bonded);
    validator.bonded -= part(validator.bonded);
    validator.incoming -= part(validator.incoming);
    for (const one of validator.unbondings) {
      if (one == null) continue;
      penalty += part(one.amount);
      one.amount -= part(one.amount);
    }
    validator.slashed += penalty;
    validator.jailedUntil = Math.max(validator.jailedUntil, this.epoch + this.#engine.jailEpochs);
    const report = (penalty * BigInt(this.#engine.reportPpm)) / 1_000_000n;
    this.#give(who, report, "report");
    this.burned += penalty - report;
    return null;
  }

  #changeTip(validator: ModelValidator, tip: string): void {
    if (tip !== validator.tip && tip !== validator.next?.tip) validator.next = { tip, epoch: this.epoch + 2 };
  }

  #create(owner: Person, key: Person, tip: string): ModelValidator {
    const validator: ModelValidator = {
      ...{ owner, key, keys: [key], tip, next: null, bonded: 0n, incoming: 0n, slashed: 0n, unbondings: [] },
      ...{ lastVote: 0, votes: 0, blocks: 0, missed: 0, jailedUntil: 0, since: 0, leaked: false, standing: false },
    };
    this.validators.push(validator);
    return validator;
  }

  #give(to: Person, amount: bigint, reason: string): void {
    if (amount > 0n) this.credits.push({ to: toHex(to.owner), amount, reason });
  }
}
