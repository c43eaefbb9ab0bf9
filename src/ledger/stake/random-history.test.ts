/** Any history of bonds agrees with a model of plain objects, keeps the supply, and can be taken back and made again. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Hash, toHex } from "#base";
import type { Evidence, PreparedTransaction } from "#model";
import { createLedger } from "../ledger.ts";
import { createStakeChain, type Person, person, type StakeChain, stakeSpec } from "../testing/stake-chain.ts";
import { type ModelAction, StakeModel } from "../testing/stake-model.ts";
import { oracleRoot } from "../testing/tree-oracle.ts";
import type { StateChanges } from "../types.ts";

const NAMES = ["anna", "ben", "cleo", "dora", "emil"];
const people = NAMES.map((name) => person(name));
/** The second keys that they may change to. */
const others = NAMES.map((name) => person(name, 1));
const spec = stakeSpec([...people, ...others], [4_000_001n, 3_000_000n, 2_000_000n], {
  ...{ maxValidators: 3, slashPpm: 333_333, reportPpm: 111_111 },
});

const who = fc.nat(NAMES.length - 1);
const amount = fc.oneof(fc.constantFrom(0n, 1n, 999_999n, 1_000_000n), fc.bigInt(1n, 5_000_000n));
const action = fc.oneof(
  fc.record({
    kind: fc.constant("bond" as const),
    who,
    amount,
    second: fc.boolean(),
    signer: fc.option(who),
    onion: fc.nat(2),
  }),
  fc.record({ kind: fc.constant("unbond" as const), who, amount }),
  fc.record({ kind: fc.constant("renew" as const), who, second: fc.boolean(), onion: fc.nat(2) }),
  fc.record({
    kind: fc.constant("evidence" as const),
    who,
    of: who,
    votes: fc.boolean(),
    back: fc.integer({ min: -2, max: 5 }),
  }),
);
const step = fc.record({
  epochs: fc.constantFrom(0, 0, 1, 1, 1, 2, 4),
  leader: fc.nat(9),
  voters: fc.subarray([0, 1, 2, 3, 4]),
  finalBack: fc.constantFrom(0, 1, 1, 3, 100),
  keepsTable: fc.boolean(),
  actions: fc.array(action, { maxLength: 4 }),
});

type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

test("any history", () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 25 }), (steps) => {
      const chain = createStakeChain(spec, people);
      const model = new StakeModel(spec.engine, people);
      const genesis = toHex(chain.ledger.root);
      const done: { readonly root: string; readonly changes: StateChanges }[] = [];
      let finalized = { height: 0, epoch: 0 };
      for (const { epochs, leader, voters, finalBack, keepsTable, actions } of steps) {
        const root = toHex(chain.ledger.root);
        const epoch = chain.at.epoch + epochs;
        const height = Math.max(finalized.height, chain.at.height - finalBack);
        if (epochs > 0 && height > finalized.height)
          finalized = { height, epoch: Math.max(finalized.epoch, chain.at.epoch - 1) };
        const changes = runBlock(chain, model, { epoch, leader, voters, finalized, keepsTable, actions });
        if (changes !== null) done.push({ root, changes });
      }
      const head = toHex(chain.ledger.root);
      const view = chain.stake.validators();
      for (const { root, changes } of [...done].reverse()) {
        chain.ledger.revert(changes);
        expect(toHex(chain.ledger.root)).toBe(root);
      }
      expect(toHex(chain.ledger.root)).toBe(genesis);
      for (const { changes } of done) chain.ledger.replay(changes);
      expect(toHex(chain.ledger.root)).toBe(head);
      const loaded = createLedger(spec);
      loaded.loadPages(chain.ledger.takeDirtyPages());
      expect(toHex(loaded.root)).toBe(head);
      expect(loaded.stake!.validators()).toEqual(view);
    }),
    { numRuns: 60 },
  );
});

interface Wish {
  readonly epoch: number;
  readonly leader: number;
  readonly voters: readonly number[];
  readonly finalized: { readonly height: number; readonly epoch: number };
  readonly keepsTable: boolean;
  readonly actions: readonly Action[];
}

/** Null when nobody may make this block. */
function runBlock(chain: StakeChain, model: StakeModel, wish: Wish): StateChanges | null {
  const { epoch, finalized, keepsTable } = wish;
  const free = model.validators.filter(({ jailedUntil }) => jailedUntil <= epoch);
  const leading = free[wish.leader % Math.max(1, free.length)];
  if (leading === undefined) return null;
  const parentEpoch = model.epoch;
  const isStep = epoch > parentEpoch;
  const leader = leading.key;
  model.credits = [];
  const table = isStep
    ? model.step({
        ...{ epoch, parentEpoch, finalizedHeight: finalized.height, finalizedEpoch: finalized.epoch },
        keepsTable,
      })
    : null;
  const voters = wish.voters.flatMap((i) => model.validators[i] ?? []).filter((voter) => voter.jailedUntil <= epoch);
  const votes = epoch === 0 ? [] : voters.map(({ key }) => chain.vote(key, 0, epoch));
  const reveal = revealOf(leading, [...people, ...others]);
  Object.assign(leading, { tip: toHex(reveal), blocks: leading.blocks + 1 });
  for (const voter of epoch === 0 ? [] : voters)
    if (voter.lastVote < epoch) Object.assign(voter, { lastVote: epoch, votes: voter.votes + 1 });

  const senders = new Set<string>();
  const candidates: PreparedTransaction[] = [];
  const expected: (string | null)[] = [];
  for (const one of wish.actions) {
    const { tx, action } = prepareAction(chain, one, epoch);
    // One transaction of each sender, so that a refusal leaves no gap of nonces.
    if (senders.has(toHex(tx.from))) continue;
    senders.add(toHex(tx.from));
    candidates.push(tx);
    expected.push(model.act(action, chain.at.height + 1));
  }
  chain.forgetNonces();
  const block = { epoch, finalized, keepsTable, votes, leader, orders: { reveal } };
  const draft = chain.ledger.draft({ ...chain.inputOf(block), candidates });
  const codeOf = (tx: PreparedTransaction) =>
    draft.skipped.find(({ id }) => toHex(id) === toHex(tx.id))?.fault.code ?? null;
  expect(candidates.map(codeOf)).toEqual(expected);
  const applied = chain.make({ ...block, transactions: draft.transactions });
  expect(toHex(applied.root)).toBe(toHex(draft.stateRoot));
  expect(toHex(applied.root)).toBe(toHex(oracleRoot(chain.ledger.entries())));
  model.pool += 1_000n;
  compare(chain, model);
  const own = applied.credits.filter(({ reason }) => ["vote-reward", "unbonded", "report"].includes(reason));
  expect(own.map(({ to, amountAtoms, reason }) => ({ to: toHex(to), amount: amountAtoms, reason }))).toEqual(
    model.credits,
  );
  const made = applied.outcomes.map(({ table: { leaked, entries } }) => ({
    ...{ leaked, entries: entries.map(({ key, weight }) => ({ key: toHex(key), weight })) },
  }));
  expect(made).toEqual(table === null ? [] : [table]);
  return applied.changes;
}

function compare({ ledger, stake }: StakeChain, model: StakeModel): void {
  expect(stake.voterPoolAtoms()).toBe(model.pool);
  expect(ledger.supply().burnedAtoms).toBe(model.burned);
  const plain = model.validators.map((v) => ({
    owner: toHex(v.owner.owner),
    ...{ signingKey: toHex(v.key.key), onionTip: v.tip, nextOnion: v.next },
    ...{ bondedAtoms: v.bonded, activeAtoms: model.active(v), slashedAtoms: v.slashed },
    unbonding: v.unbondings.flatMap((one) =>
      one == null ? [] : [{ paidAtEpoch: one.paidAt, amountAtoms: one.amount }],
    ),
    ...{
      jailedUntilEpoch: v.jailedUntil,
      leaked: v.leaked,
      lastVoteEpoch: v.lastVote,
      votes: v.votes,
      blocks: v.blocks,
    },
  }));
  const actual = stake.validators().map((validator) => ({
    ...validator,
    ...{ owner: toHex(validator.owner), signingKey: toHex(validator.signingKey), onionTip: toHex(validator.onionTip) },
    nextOnion: validator.nextOnion && { tip: toHex(validator.nextOnion.tip), epoch: validator.nextOnion.fromEpoch },
  }));
  expect(actual).toEqual(plain);
}

function prepareAction(
  chain: StakeChain,
  one: Action,
  epoch: number,
): { tx: PreparedTransaction; action: ModelAction } {
  const sender = people[one.who]!;
  if (one.kind === "bond") {
    const signer = (one.second ? others : people)[one.signer ?? one.who]!;
    const action = {
      kind: "bond",
      who: sender,
      amount: one.amount,
      signer,
      tip: toHex(signer.tip(one.onion)),
    } as const;
    return { tx: chain.bond(sender, one.amount, signer, one.onion), action };
  }
  if (one.kind === "unbond")
    return { tx: chain.unbond(sender, one.amount), action: { kind: "unbond", who: sender, amount: one.amount } };
  if (one.kind === "renew") {
    const signer = (one.second ? others : people)[one.who]!;
    return { tx: chain.renew(signer, one.onion), action: { kind: "renew", signer, tip: toHex(signer.tip(one.onion)) } };
  }
  const of = people[one.of]!;
  const past = Math.max(1, epoch - one.back);
  const slot = past * spec.engine.epochSlots;
  const [type, at] = one.votes ? (["votes", past] as const) : (["blocks", slot] as const);
  return {
    tx: chain.evidence(sender, evidenceOf(chain, of, one.votes, at)),
    action: { kind: "evidence", who: sender, of, type, epoch: past, at },
  };
}

/** Signing is what takes time here. */
const signed = new Map<string, Evidence>();
function evidenceOf(chain: StakeChain, of: Person, votes: boolean, at: number): Evidence {
  const name = `${of.name} ${votes} ${at}`;
  const known = signed.get(name);
  if (known !== undefined) return known;
  const evidence: Evidence = votes
    ? { kind: "votes", pair: [chain.vote(of, 0, at, 1), chain.vote(of, 0, at, 2)] }
    : { kind: "blocks", pair: [chain.header(of, at, 1), chain.header(of, at, 2)] };
  signed.set(name, evidence);
  return evidence;
}

function revealOf({ tip }: { readonly tip: string }, all: readonly Person[]): Hash {
  for (const one of all) {
    const value = one.find(tip);
    if (value !== null) return value;
  }
  throw new Error(`nobody has the onion of ${tip}`);
}
