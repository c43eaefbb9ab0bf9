/** The epoch step of a chain with 10,000 validators: quiet, with rewards for all, with all of them unbonding, and paid. */
import { type Address, asHash, asKey, asSignature, type Hash, InvariantError, type Key, toHex, utf8 } from "#base";
import { addressOf, formatAddress, onionLayer, taggedHash } from "#crypto";
import { type BlockInput, createLedger } from "#ledger";
import {
  decodeTransaction,
  encodeTransaction,
  encodeUnbond,
  KIND_UNBOND,
  type PreparedTransaction,
  VOTER_POOL,
  type Vote,
} from "#model";
import { builtInSpec, type StakeChainSpec } from "#spec";
import type { BenchOptions, BenchRow } from "./bench-row.ts";

const BOND = 100_000_000_000n;
const VOTES_PER_BLOCK = 256;
const GOAL_MS = 200;
const ROUNDS = 5;
const ONION_DEPTH = 2_000;

interface Bonded {
  readonly ownerKey: Key;
  readonly owner: Address;
  readonly key: Key;
}

export async function run({ quick }: BenchOptions): Promise<readonly BenchRow[]> {
  const count = quick ? 200 : 10_000;
  const chain = createBenchChain(count);
  const named = count.toLocaleString("en");
  chain.measureStep({});
  const row = (name: string, value: number): BenchRow => ({ name, value, unit: "ms", goal: GOAL_MS });
  const quiet = medianOf(() => chain.measureStep({}));
  const voted = medianOf(() => chain.measureStep({ voted: true }));
  chain.unbondAll();
  const changed = chain.measureStep({ voted: true });
  const paid = chain.measureStep({ voted: true, epochs: chain.unbondEpochs + 1 });
  return [
    row(`epoch step, ${named} validators`, quiet),
    row(`epoch step, ${named} validators, all of them rewarded`, voted),
    row(`epoch step, ${named} unbonds become final, all rewarded`, changed),
    row(`epoch step, ${named} unbonds are paid, all rewarded`, paid),
  ];
}

function createBenchChain(count: number) {
  const everybody = Array.from({ length: count }, (_, i): Bonded => {
    const name = utf8(`${i}`);
    const ownerKey = asKey(taggedHash("bench/owner", name));
    return { ownerKey, owner: addressOf(ownerKey), key: asKey(taggedHash("bench/signer", name)) };
  });
  const onion = layersOf(ONION_DEPTH);
  const spec = specOf(everybody, onion[0]!);
  const ledger = createLedger(spec);
  const { epochSlots, unbondEpochs } = spec.engine;
  const at = { height: 0, epoch: 0 };

  const apply = (epoch: number, votes: readonly Vote[], transactions: readonly PreparedTransaction[]): number => {
    const height = at.height + 1;
    const finalized = { finalizedHeight: at.height, finalizedEpoch: Math.max(0, at.epoch - 1) };
    const input: BlockInput = {
      ...{ height, timeMs: height, proposer: everybody[0]!.owner, votes, transactions },
      orders: {
        ...{ epoch, slot: epoch * epochSlots, leader: everybody[0]!.key, reveal: onion[height]! },
        step: epoch === at.epoch ? null : { epoch, parentEpoch: at.epoch, ...finalized, keepsTable: false },
      },
      rewards: () => [{ to: VOTER_POOL, amountAtoms: 400_000_000n, reason: "voter-pool" }],
    };
    const start = performance.now();
    const applied = ledger.apply(input);
    const elapsedMs = performance.now() - start;
    if (!applied.ok) throw new InvariantError(`a block was refused: ${applied.error.fault.code}`);
    Object.assign(at, { height, epoch });
    return elapsedMs;
  };

  return {
    unbondEpochs,
    /** Milliseconds of the first block of the epoch after, and of nothing else. */
    measureStep({ voted = false, epochs = 1 }: { readonly voted?: boolean; readonly epochs?: number }): number {
      for (let from = 0; voted && from < count; from += VOTES_PER_BLOCK)
        apply(
          at.epoch,
          everybody.slice(from, from + VOTES_PER_BLOCK).map((voter) => voteOf(voter, at.epoch)),
          [],
        );
      return apply(at.epoch + epochs, [], []);
    },
    unbondAll() {
      apply(
        at.epoch,
        [],
        everybody.map((owner) => unbondOf(owner)),
      );
    },
  };
}

function specOf(everybody: readonly Bonded[], onionTip: Hash): StakeChainSpec {
  const dev = builtInSpec("pos-dev");
  const addresses = everybody.map(({ owner }) => formatAddress(owner, dev.addressPrefix));
  const validators = everybody.map(({ key }, i) => ({
    ...{ owner: addresses[i]!, signingKey: toHex(key), onionTip: toHex(onionTip) },
    bondAtoms: BOND + BigInt(i),
  }));
  const accounts = addresses.map((address) => ({ address, balanceAtoms: 1_000_000n }));
  const engine = { ...dev.engine, validators, maxValidators: everybody.length, minBondAtoms: 1n };
  return { ...dev, engine, genesis: { ...dev.genesis, accounts } };
}

/** The tip first. */
function layersOf(depth: number): readonly Hash[] {
  const layers = [taggedHash("bench/onion")];
  for (let i = 0; i < depth; i++) layers.push(onionLayer(layers[i]!));
  return layers.reverse();
}

function voteOf({ key }: Bonded, epoch: number): Vote {
  const id = asHash(new Uint8Array(32));
  return { source: { epoch: 0, id }, target: { epoch, id }, key, signature: asSignature(new Uint8Array(64)) };
}

/** Nine tenths; its signature is none: the ledger never looks at it. */
function unbondOf({ ownerKey, owner }: Bonded): PreparedTransaction {
  const bytes = encodeTransaction({
    ...{ version: 1, kind: KIND_UNBOND, sender: ownerKey, nonce: 0, feeAtoms: 2_000n },
    payload: encodeUnbond({ amountAtoms: (BOND * 9n) / 10n }),
    signature: asSignature(new Uint8Array(64)),
  });
  const decoded = decodeTransaction(bytes);
  if (!decoded.ok) throw new InvariantError(decoded.error.code);
  return { bytes, id: taggedHash("bench/id", owner), from: owner, transaction: decoded.value };
}

function medianOf(measure: () => number): number {
  return Array.from({ length: ROUNDS }, measure).sort((a, b) => a - b)[ROUNDS >> 1]!;
}
