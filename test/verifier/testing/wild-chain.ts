/** Chains of stake in which anything happens, drawn from a seed. */
import { asHash, asSignature, concatBytes, type Random, toHex } from "#base";
import { addressOf, ed25519PublicKey, ed25519Sign } from "#crypto";
import {
  type Evidence,
  HEADER_VERSION,
  type Header,
  type PreparedTransaction,
  sealHash,
  type Vote,
  voteMessage,
} from "#model";
import type { StakeChainSpec } from "#spec";
import {
  buildBond,
  buildEvidence,
  buildRecord,
  buildRenew,
  buildTransfer,
  buildUnbond,
  devAccount,
  type SigningOptions,
} from "#wallet/core";
import { stakeSpec, type TestValidator, testValidator } from "../../support/validators.ts";
import type { StakeMine } from "./stake-mine.ts";

const COIN = 100_000_000n;

/** The first four are in the specification; the others' keys and onions are for whoever bonds or changes keys. */
export const HOLDERS = Array.from({ length: 12 }, (_, i) => testValidator(`wild ${i}`));

/** Short epochs, soon leaks, soon paid, few places, and parts that leave remainders. */
export function wildSpec(random: Random): StakeChainSpec {
  const ppm = (): number => [0, 1_000_000, 333_333, 600_001][random.below(4)]!;
  const spec = stakeSpec(HOLDERS.slice(0, 4), [1_000, 1_000, 999, 1_100], {
    engine: {
      ...{ epochSlots: 3 + random.below(4), leakEpochs: 1 + random.below(4), unbondEpochs: 4 + random.below(2) },
      ...{ jailEpochs: 1 + random.below(4), maxValidators: 4 + random.below(3), minBondAtoms: 100n * COIN + 1n },
      ...{ slashPpm: 333_333 + random.below(99_999), reportPpm: ppm(), proposerPpm: ppm() },
    },
  });
  // Chains of before know no former voters (STAKE-23).
  const { formerEpochs: _none, ...before } = spec.engine;
  const engine =
    random.below(3) === 0 ? before : { ...before, formerEpochs: 2 + random.below(before.unbondEpochs - 3) };
  return {
    ...spec,
    engine,
    rewards: { subsidyAtoms: 1_000_000_007n, halvingBlocks: 60, maturityBlocks: 1 + random.below(4) },
  };
}

/** Whoever has coins: dev accounts, and owners and signing keys once somebody has sent them some. */
const SEEDS: readonly Uint8Array[] = [
  ...Array.from({ length: 5 }, (_, i) => devAccount(i).seed),
  ...HOLDERS.slice(0, 4).map(({ ownerSeed }) => ownerSeed),
  ...HOLDERS.map(({ seed }) => seed),
];

export async function growWild(mine: StakeMine, random: Random, slots: number): Promise<void> {
  const pool: Vote[] = [];
  let asleep = new Set<TestValidator>();
  while (mine.slot() < slots) {
    if (random.below(8) === 0) mine.skip(1);
    if (random.below(60) === 0) mine.skip(3 + random.below(12));
    if (random.below(30) === 0) asleep = new Set(HOLDERS.filter(() => random.below(random.below(2) + 2) === 0));
    if (random.below(20) === 0) asleep.clear();
    const votes = mine.votes(HOLDERS.filter((each) => !asleep.has(each) && random.below(4) > 0));
    // Some come late, some twice.
    pool.push(...votes);
    const offered = pool.filter(() => random.below(3) > 0);
    if (pool.length > 60) pool.splice(0, 20);
    const transactions = transactionsOf(mine, random);
    await mine.block({ votes: offered, transactions });
  }
}

function transactionsOf(mine: StakeMine, random: Random): PreparedTransaction[] {
  const { chain, spec } = mine;
  const used = new Map<string, number>();
  const wanted = random.below(4);
  return Array.from({ length: wanted }, () => {
    const seed = pick(SEEDS, random);
    const name = toHex(seed);
    const nonce = (chain.account(addressOf(ed25519PublicKey(seed)))?.nonce ?? 0) + (used.get(name) ?? 0);
    const item = transactionOf(mine, random, {
      ...{ chainId: chain.chainId, seed, nonce, minFeePerByteAtoms: spec.fees.minFeePerByteAtoms },
    });
    if (chain.refusal(item) === null) used.set(name, (used.get(name) ?? 0) + 1);
    return item;
  });
}

function transactionOf(mine: StakeMine, random: Random, signing: SigningOptions): PreparedTransaction {
  const { seed } = signing;
  const holder = pick(HOLDERS, random);
  const atoms = random.below(4) === 0 ? 0n : 100n * COIN + BigInt(random.below(2 ** 36));
  const onionTip = random.below(15) === 0 ? asHash(random.bytes(32)) : holder.onionTip;
  const validator = mine.chain.stake()!.validator(addressOf(ed25519PublicKey(seed)));
  const own = HOLDERS.find(({ key }) => validator !== null && toHex(key) === toHex(validator.signingKey));
  switch (random.below(8)) {
    case 0:
    case 1: {
      const to = [pick(HOLDERS, random).owner, addressOf(pick(HOLDERS, random).key)];
      return buildTransfer({ ...signing, outputs: to.map((each) => ({ to: each, amountAtoms: 300n * COIN })) });
    }
    case 2:
      return buildRecord({ ...signing, record: { mediaType: 1, data: random.bytes(random.below(50)) } });
    case 3:
      return buildBond({
        ...signing,
        amountAtoms: atoms,
        signingSeed: (own ?? holder).seed,
        onionTip: holder.onionTip,
      });
    case 4:
      return buildBond({ ...signing, amountAtoms: atoms, signingSeed: holder.seed, onionTip });
    case 5: {
      const bonded = validator?.bondedAtoms ?? 0n;
      const most = random.below(3) === 0 ? bonded : bonded / BigInt(2 + random.below(6));
      return buildUnbond({ ...signing, amountAtoms: most });
    }
    case 6:
      return buildRenew({ ...signing, onionTip });
    default:
      return buildEvidence({ ...signing, evidence: evidenceAgainst(mine, random, holder) });
  }
}

function evidenceAgainst(mine: StakeMine, random: Random, holder: TestValidator): Evidence {
  const { epochSlots } = mine.spec.engine;
  if (random.below(2) === 0) {
    const slot = Math.max(1, mine.slot() - random.below(6 * epochSlots) + random.below(2 * epochSlots));
    return twoHeaders(mine, random, holder, slot);
  }
  const epoch = Math.max(2, Math.floor(mine.slot() / epochSlots) - random.below(6) + random.below(4));
  return twoVotes(mine, random, holder, random.below(2) === 0 ? [epoch, epoch] : [epoch - 1, epoch]);
}

/** Nothing was ever seen of these blocks; it is enough that somebody signed them. */
export function twoHeaders(mine: StakeMine, random: Random, { key, seed }: TestValidator, slot: number): Evidence {
  const { chainId, engine } = mine.chain;
  const header = (): Header => {
    const unsealed = {
      ...{ version: HEADER_VERSION, height: random.below(100), parent: asHash(random.bytes(32)) },
      ...{ timeMs: engine.lottery!.slotStartMs(slot), proposer: addressOf(key) },
      ...{ bodyRoot: asHash(random.bytes(32)), stateRoot: asHash(random.bytes(32)), claim: random.bytes(32) },
    };
    return { ...unsealed, seal: concatBytes(key, ed25519Sign(sealHash(chainId, unsealed), seed)) };
  };
  return { kind: "blocks", pair: [header(), header()] };
}

/** The second vote has its source in epoch 0, the first in epoch 1. */
export function twoVotes(
  { chain }: StakeMine,
  random: Random,
  { key, seed }: TestValidator,
  targets: readonly [number, number],
): Evidence {
  const signed = (from: number, to: number): Vote => {
    const ends = [from, to].map((epoch) => ({ epoch, id: asHash(random.bytes(32)) }));
    const vote = { source: ends[0]!, target: ends[1]!, key };
    return { ...vote, signature: asSignature(ed25519Sign(voteMessage(chain.chainId, vote), seed)) };
  };
  return { kind: "votes", pair: [signed(1, targets[0]), signed(0, targets[1])] };
}

function pick<T>(from: readonly T[], random: Random): T {
  return from[random.below(from.length)]!;
}
