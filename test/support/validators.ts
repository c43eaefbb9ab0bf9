/** Chains of stake for tests: short epochs, validators whose keys are made of their numbers, and signers in memory. */
import { asSignature, type Hash, type Key, ok, toHex, utf8 } from "#base";
import type { Signer } from "#chain";
import type { SignJob } from "#consensus";
import { addressOf, ed25519PublicKey, ed25519Sign, formatAddress, onionLayer, onionSeed, sha256 } from "#crypto";
import type { ValidatorSeat } from "#node";
import type { SigningPort } from "#production";
import { builtInSpec, type StakeChainSpec, type StakeSpec } from "#spec";
import { NOTHING_SIGNED, type Protection, protectionAfter } from "#wallet";

const COIN = 100_000_000n;
/** As many blocks as a test's validator can make. */
const ONION_DEPTH = 4_096;

export interface TestValidator {
  readonly name: string;
  /** Of the signing key, and secret of the onion. */
  readonly seed: Hash;
  readonly key: Key;
  /** Of the account that owns the bond. */
  readonly ownerSeed: Hash;
  readonly owner: ReturnType<typeof addressOf>;
  readonly onionTip: Hash;
  readonly signer: Signer;
}

export function testValidator(name: string): TestValidator {
  const seed = sha256(utf8(`signing key of ${name}`));
  const ownerSeed = sha256(utf8(`owner of ${name}`));
  const key = ed25519PublicKey(seed);
  /** By the tip that each continues. */
  const layers = new Map<string, Hash>();
  let value = onionSeed(seed, 0);
  for (let layer = 0; layer < ONION_DEPTH; layer++) {
    const outer = onionLayer(value);
    layers.set(toHex(outer), value);
    value = outer;
  }
  return {
    ...{ name, seed, key, ownerSeed },
    owner: addressOf(ed25519PublicKey(ownerSeed)),
    onionTip: value,
    signer: { key, reveal: (tip) => layers.get(toHex(tip)) ?? null },
  };
}

export interface StakeSetup {
  readonly engine?: Partial<StakeSpec>;
  readonly genesisMs?: number;
  readonly name?: string;
}

/** `pos-dev` with slots of a second and epochs of six. @param stakes coins of each validator */
export function stakeSpec(
  validators: readonly TestValidator[],
  stakes: readonly number[],
  { engine = {}, genesisMs, name = "pos-sim" }: StakeSetup = {},
): StakeChainSpec {
  const base = builtInSpec("pos-dev");
  const fast = {
    slotMs: 1_000,
    epochSlots: 6,
    leakEpochs: 8,
    unbondEpochs: 8,
    formerEpochs: 2,
    jailEpochs: 8,
    minBondAtoms: 100n * COIN,
  };
  return {
    ...base,
    name,
    time: { maxAheadMs: 1_000, medianOf: 1 },
    genesis: { ...base.genesis, timeMs: genesisMs ?? base.genesis.timeMs },
    engine: {
      ...base.engine,
      ...fast,
      ...engine,
      validators: validators.map(({ owner, key, onionTip }, i) => ({
        owner: formatAddress(owner, base.addressPrefix),
        signingKey: toHex(key),
        onionTip: toHex(onionTip),
        bondAtoms: BigInt(stakes[i]!) * COIN,
      })),
    },
  };
}

/** Signs after the guard's rule, which it keeps in memory; or whatever it is asked, when nobody watches. */
export function testSigning(validators: readonly TestValidator[], guarded = true): SigningPort {
  const seeds = new Map(validators.map(({ key, seed }) => [toHex(key), seed]));
  const signed = new Map<string, Protection>();
  return {
    async sign({ key, message, guard, seal }: SignJob) {
      const name = toHex(key);
      const next = protectionAfter(signed.get(name) ?? NOTHING_SIGNED, guard);
      if (guarded && !next.ok) return next;
      if (next.ok) signed.set(name, next.value);
      return ok(seal(asSignature(ed25519Sign(message, seeds.get(name)!))));
    },
  };
}

export function testSeat(validators: readonly TestValidator[], signing = testSigning(validators)): ValidatorSeat {
  return { signers: validators.map(({ signer }) => signer), signing, alone: true, obstacle: () => null };
}
