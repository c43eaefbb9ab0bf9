/** What bonds, unbonds, renewals and evidence do (rules TX-20, TX-22), and leaders and votes (TX-23, TX-24). */
import { ascii, sha256 } from "../bytes.ts";
import { check } from "../refusal.ts";
import type { Proved } from "./evidence.ts";
import type { StakeNumbers } from "./numbers.ts";
import type { Orders } from "./orders.ts";
import type { Request } from "./request.ts";
import { CHANGE, type Validator, type Validators } from "./validators.ts";

const PPM = 1_000_000n;
const MOST_UNBONDINGS = 16;

/** The block in which something happens. */
export interface Now {
  readonly height: bigint;
  readonly epoch: bigint;
}

type Bond = Extract<Request, { kind: "bond" }>;

export function bond(
  validators: Validators,
  owner: Buffer,
  { atoms, key, tip }: Bond,
  now: Now,
  { minBond }: StakeNumbers,
): void {
  const known = validators.ownedBy(owner);
  check((known?.bonded ?? 0n) + atoms >= minBond, "TX-20", `a bond of ${atoms} is too small`);
  const holder = validators.signingWith(key);
  check(holder === undefined || holder === known, "TX-20", "the signing key is of another validator");
  const validator = known ?? validators.add(owner, key, tip);
  validators.setKey(validator, key);
  setTip(validator, tip, now);
  validator.bonded += atoms;
  validator.incoming += atoms;
  if (atoms === 0n && !validator.isLeaked) return;
  const kind = validator.isLeaked ? CHANGE.back : CHANGE.in;
  validators.change({ height: now.height, atoms, validator, kind, index: 0 });
}

export function unbond(
  validators: Validators,
  owner: Buffer,
  atoms: bigint,
  { height }: Now,
  { minBond }: StakeNumbers,
): void {
  const validator = validators.ownedBy(owner);
  check(validator !== undefined, "TX-20", "the sender has no validator");
  const rest = validator.bonded - atoms;
  check(rest >= 0n, "TX-20", `${atoms} of ${validator.bonded} cannot leave`);
  check(atoms > 0n && (rest === 0n || rest >= minBond), "TX-20", `${atoms} leave and ${rest} stay`);
  const { unbondings } = validator;
  check(unbondings.size < MOST_UNBONDINGS, "TX-20", "there are 16 unbondings");
  validator.bonded = rest;
  validator.leaving += atoms;
  let index = 0;
  while (unbondings.has(index)) index++;
  unbondings.set(index, { atoms, epoch: 0n });
  validators.change({ height, atoms, validator, kind: CHANGE.out, index });
}

export function renew(validators: Validators, key: Buffer, tip: Buffer, now: Now): void {
  const validator = validators.signingWith(key);
  check(validator?.key.equals(key) === true, "TX-20", "the sender's key is no validator's present signing key");
  setTip(validator!, tip, now);
}

function setTip(validator: Validator, tip: Buffer, { epoch }: Now): void {
  if (tip.equals(validator.tip) || (validator.nextTipFrom > 0n && tip.equals(validator.nextTip))) return;
  validator.nextTip = tip;
  validator.nextTipFrom = epoch + 2n;
}

/** TX-22. @returns what the offence costs, and what of it goes to who proved it */
export function punish(validators: Validators, proved: Proved, { epoch: now }: Now, numbers: StakeNumbers) {
  const { type, key, at, epoch } = proved;
  const validator = validators.signingWith(key);
  check(validator !== undefined, "TX-22", "the key of the offence is no validator's");
  check(epoch <= now + 1n, "TX-22", `an offence in epoch ${epoch}, and it is ${now}`);
  check(now <= epoch + numbers.unbondEpochs - 1n, "TX-22", `an offence in epoch ${epoch}, and it is ${now}`);
  const name = `${validator.number} ${type} ${at}`;
  check(!validators.offences.has(name), "TX-22", "the offence was punished before");
  const part = (atoms: bigint): bigint => (atoms * numbers.slashPpm) / PPM;
  let penalty = part(validator.bonded);
  validator.bonded -= penalty;
  for (const unbonding of validator.unbondings.values()) {
    const lost = part(unbonding.atoms);
    unbonding.atoms -= lost;
    if (unbonding.epoch === 0n) validator.leaving -= lost;
    penalty += lost;
  }
  validator.incoming -= part(validator.incoming);
  validator.slashed += penalty;
  validators.offences.set(name, { validator, type, at, penalty });
  const free = now + numbers.jailEpochs;
  if (free > validator.freeFrom) validator.freeFrom = free;
  return { penalty, report: (penalty * numbers.reportPpm) / PPM };
}

/** TX-23. */
export function lead(validators: Validators, { leader, reveal, epoch }: Orders): void {
  const validator = validators.signingWith(leader);
  check(validator !== undefined, "TX-23", "the leader is no validator");
  check(validator.freeFrom <= epoch, "TX-23", `the leader is in jail until epoch ${validator.freeFrom}`);
  const tip = sha256(ascii("agon/onion/v1"), reveal);
  check(tip.equals(validator.tip), "TX-23", "the reveal does not continue the onion of the leader");
  validator.tip = reveal;
  validator.blocks += 1n;
}

/** TX-24. */
export function countVoters(validators: Validators, { votes, epoch }: Orders, { formerEpochs }: StakeNumbers): void {
  for (const { key, target } of votes) {
    const validator = validators.signingWith(key);
    check(validator !== undefined, "TX-24", "a voter is no validator");
    const mayVote = formerEpochs === null || validator.freeFrom <= epoch;
    check(mayVote, "TX-24", `a voter is in jail until epoch ${validator.freeFrom}`);
    if (target.epoch <= validator.votedEpoch) continue;
    validator.votedEpoch = target.epoch;
    validator.votes += 1n;
  }
}
