/** A small chain with bonds for the ledger's tests: validators with real keys and short onions, and the blocks they make. */
import { type Address, asSignature, type Hash, type Key, toHex, utf8 } from "#base";
import { addressOf, ed25519PublicKey, ed25519Sign, formatAddress, onionLayer, onionSeed, taggedHash } from "#crypto";
import {
  type BlockOrders,
  bondProofMessage,
  type Credit,
  decodeTransaction,
  type Evidence,
  encodeBond,
  encodeEvidence,
  encodeRenew,
  encodeSignedSeal,
  encodeTransaction,
  encodeUnbond,
  type Header,
  KIND_BOND,
  KIND_EVIDENCE,
  KIND_RENEW,
  KIND_UNBOND,
  type PreparedTransaction,
  sealHash,
  transactionId,
  VOTER_POOL,
  type Vote,
  voteMessage,
} from "#model";
import { builtInSpec, chainIdOf, type StakeChainSpec, type StakeSpec } from "#spec";
import { createLedger } from "../ledger.ts";
import type { Applied, BlockInput } from "../types.ts";

const ONION_DEPTH = 400;
export const START_ATOMS = 10_000_000_000n;
export const MIN_BOND = 1_000_000n;

/** Somebody who may bond: an account, a signing key and onions. */
export interface Person {
  readonly name: string;
  readonly owner: Address;
  readonly ownerKey: Key;
  readonly key: Key;
  readonly seed: Hash;
  /** Tip of the onion with that number. */
  tip(number?: number): Hash;
  /** What continues a tip of one of the first onions. */
  reveal(tip: Hash): Hash;
  /** The same by hexadecimal digits; null when it is in none. */
  find(tip: string): Hash | null;
}

export function person(name: string, keyNumber = 0): Person {
  const ownerKey = ed25519PublicKey(taggedHash("test/owner", utf8(name)));
  const seed = taggedHash("test/signer", utf8(`${name} ${keyNumber}`));
  const layers = new Map<string, Hash>();
  const tips: Hash[] = [];
  const tip = (number = 0): Hash => {
    for (let next = tips.length; next <= number; next++) {
      let value = onionSeed(seed, next);
      for (let i = 0; i < ONION_DEPTH; i++) {
        const outer = onionLayer(value);
        layers.set(toHex(outer), value);
        value = outer;
      }
      tips.push(value);
    }
    return tips[number]!;
  };
  const find = (outer: string): Hash | null => {
    tip(3);
    return layers.get(outer) ?? null;
  };
  return {
    name,
    find,
    ...{ owner: addressOf(ownerKey), ownerKey, key: ed25519PublicKey(seed), seed },
    tip,
    reveal(outer) {
      const value = find(toHex(outer));
      if (value === null) throw new Error(`${name} has no such onion`);
      return value;
    },
  };
}

/** Each has an account; the first ones have bonds too. */
export function stakeSpec(
  people: readonly Person[],
  bonds: readonly bigint[],
  engine: Partial<StakeSpec> = {},
): StakeChainSpec {
  const dev = builtInSpec("pos-dev");
  const validators = bonds.map((bondAtoms, i) => ({
    owner: formatAddress(people[i]!.owner, dev.addressPrefix),
    ...{ signingKey: toHex(people[i]!.key), onionTip: toHex(people[i]!.tip()), bondAtoms },
  }));
  const addresses = people.flatMap(({ owner, key }) =>
    [owner, addressOf(key)].map((address) => formatAddress(address, dev.addressPrefix)),
  );
  const accounts = [...new Set(addresses)].map((address) => ({ address, balanceAtoms: START_ATOMS }));
  return {
    ...dev,
    engine: {
      ...dev.engine,
      ...{ epochSlots: 6, leakEpochs: 3, unbondEpochs: 4, formerEpochs: 2, jailEpochs: 2, minBondAtoms: MIN_BOND },
      ...engine,
      validators,
    },
    genesis: { ...dev.genesis, accounts },
    rewards: { ...dev.rewards, maturityBlocks: 2 },
  };
}

export interface BlockWish {
  /** As the present one unless given; a later one makes an epoch step. */
  readonly epoch?: number;
  readonly leader?: Person;
  readonly transactions?: readonly PreparedTransaction[];
  readonly votes?: readonly Vote[];
  /** What is final at an epoch step: the block before it unless given. */
  readonly finalized?: { readonly height: number; readonly epoch: number };
  /** At an epoch step: the present table stays. */
  readonly keepsTable?: boolean;
  readonly orders?: Pick<BlockOrders, "reveal">;
  readonly poolAtoms?: bigint;
}

/** A ledger with its height and epoch; its blocks are made by whoever a test names. */
export function createStakeChain(spec: StakeChainSpec, people: readonly Person[]) {
  const ledger = createLedger(spec);
  const stake = ledger.stake!;
  const chainId = chainIdOf(spec);
  const at = { height: 0, epoch: 0 };

  const revealOf = (leader: Person, epoch: number): Hash => {
    const tip = stake.onionTip(leader.key, epoch);
    return tip === null ? leader.tip() : leader.reveal(tip);
  };
  const inputOf = (wish: BlockWish = {}): BlockInput => {
    const { leader = people[0]!, transactions = [], votes = [], poolAtoms = 1_000n } = wish;
    const height = at.height + 1;
    const epoch = wish.epoch ?? at.epoch;
    const slot = epoch * spec.engine.epochSlots + (height % spec.engine.epochSlots);
    const finalized = wish.finalized ?? { height: at.height, epoch: Math.max(0, epoch - 2) };
    const full = {
      ...{ epoch, parentEpoch: at.epoch, finalizedHeight: finalized.height, finalizedEpoch: finalized.epoch },
      keepsTable: wish.keepsTable ?? false,
    };
    const step = epoch === at.epoch ? null : full;
    const reveal = wish.orders?.reveal ?? revealOf(leader, epoch);
    const proposer = leader.owner;
    const credits = (feesAtoms: bigint): readonly Credit[] => [
      { to: proposer, amountAtoms: 3_000n, reason: "block-reward" },
      { to: VOTER_POOL, amountAtoms: poolAtoms, reason: "voter-pool" },
      { to: proposer, amountAtoms: feesAtoms, reason: "fees" },
    ];
    const orders = { epoch, slot, leader: leader.key, reveal, step };
    return {
      ...{ height, proposer, transactions, votes, orders },
      timeMs: spec.genesis.timeMs + slot * spec.engine.slotMs,
      rewards: credits,
    };
  };

  const tryBlock = (wish?: BlockWish) => ledger.apply(inputOf(wish));

  const make = (wish: BlockWish = {}): Applied => {
    const input = inputOf(wish);
    const draft = ledger.draft({ ...input, candidates: input.transactions });
    const result = ledger.apply(input);
    if (!result.ok) throw new Error(JSON.stringify(result.error));
    if (toHex(draft.stateRoot) !== toHex(result.value.root)) throw new Error("the draft has another root");
    const supply = ledger.checkSupply();
    if (!supply.holds) throw new Error(`the supply does not add up: ${JSON.stringify(supply, bigintText)}`);
    at.height = input.height;
    at.epoch = input.orders!.epoch;
    return result.value;
  };

  return { ledger, stake, spec, chainId, at, inputOf, tryBlock, make, ...transactionsOf(spec, chainId, ledger) };
}

export type StakeChain = ReturnType<typeof createStakeChain>;

/** Nonces continue the accounts', also within one block. */
function transactionsOf(spec: StakeChainSpec, chainId: Hash, ledger: ReturnType<typeof createLedger>) {
  const used = new Map<string, number>();
  const prepare = (sender: Key, kind: number, payload: Uint8Array, nonce?: number): PreparedTransaction => {
    const from = addressOf(sender);
    const next = nonce ?? Math.max(used.get(toHex(from)) ?? 0, ledger.account(from)?.nonce ?? 0);
    used.set(toHex(from), next + 1);
    const feeAtoms = spec.fees.minFeePerByteAtoms * BigInt(118 + payload.length);
    const signature = asSignature(new Uint8Array(64));
    const bytes = encodeTransaction({ version: 1, kind, sender, nonce: next, feeAtoms, payload, signature });
    const decoded = decodeTransaction(bytes);
    if (!decoded.ok) throw new Error(decoded.error.code);
    return { bytes, id: transactionId(chainId, bytes), from, transaction: decoded.value };
  };
  return {
    prepare,
    /** Nonces that were given out and not used are given out again. */
    forgetNonces: () => used.clear(),
    bond(who: Person, amountAtoms: bigint, signer: Person = who, onion = 0): PreparedTransaction {
      const [signingKey, onionTip] = [signer.key, signer.tip(onion)];
      const message = bondProofMessage(chainId, who.owner, signingKey, onionTip);
      const keyProof = ed25519Sign(message, signer.seed);
      return prepare(who.ownerKey, KIND_BOND, encodeBond({ amountAtoms, signingKey, onionTip, keyProof }));
    },
    unbond: (who: Person, amountAtoms: bigint) => prepare(who.ownerKey, KIND_UNBOND, encodeUnbond({ amountAtoms })),
    renew: (who: Person, onion: number) => prepare(who.key, KIND_RENEW, encodeRenew({ onionTip: who.tip(onion) })),
    evidence: (reporter: Person, evidence: Evidence) =>
      prepare(reporter.ownerKey, KIND_EVIDENCE, encodeEvidence(evidence)),
    vote(who: Person, source: number, target: number, mark = 0): Vote {
      const checkpoint = (epoch: number) => ({ epoch, id: taggedHash("test/block", Uint8Array.of(epoch, mark)) });
      const vote = { source: checkpoint(source), target: checkpoint(target), key: who.key };
      return { ...vote, signature: asSignature(ed25519Sign(voteMessage(chainId, vote), who.seed)) };
    },
    header(who: Person, slot: number, mark = 0): Header {
      const header = {
        ...{ version: 1, height: 1, timeMs: spec.genesis.timeMs + slot * spec.engine.slotMs },
        ...{ parent: taggedHash("test/parent"), bodyRoot: taggedHash("test/body", Uint8Array.of(mark)) },
        ...{ stateRoot: taggedHash("test/state"), proposer: who.owner, claim: who.tip() },
      };
      const signature = ed25519Sign(sealHash(chainId, header), who.seed);
      return { ...header, seal: encodeSignedSeal({ key: who.key, signature }) };
    },
  };
}

function bigintText(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? `${value}` : value;
}
