/** A validator's keys, onions and guard, opened for signing. */
import { join } from "node:path";
import {
  type Address,
  blameNobody,
  err,
  type Fault,
  type Hash,
  type Key,
  type Random,
  type Result,
  toHex,
} from "#base";
import { addressOf, ed25519PublicKey } from "#crypto";
import type { PreparedTransaction } from "#model";
import { DEV_ONION_DEPTH, devValidatorSeed } from "#spec";
import { buildRenew } from "#wallet/core";
import { openSigningGuard, type SigningGuard, type SigningJob } from "../guard/signing-guard.ts";
import { createOnions, type OnionKey, type Onions } from "./onions.ts";
import { openValidatorKeys, type ValidatorKeys } from "./validator-keys.ts";

const MIN_FEE_PER_BYTE_ATOMS = 10n;

/** The validator's folder inside the node's data. */
export function validatorFolder(dataFolder: string): string {
  return join(dataFolder, "validator");
}

/** One signing key: its onions, and what must be known before it signs. */
export interface ValidatorSigner extends Pick<Onions, "reveal" | "shareLeft" | "nextTip"> {
  readonly key: Key;
  /** Of the key's own account, which pays for renewals. */
  readonly address: Address;
  /** Outermost layer of the onion that was in use last; of a new key, its first. */
  readonly tip: Hash;
  /** It came from elsewhere, and nobody has watched yet whether it is in use there. */
  readonly mustWatch: boolean;
  /** A signed renewal, to be sent. */
  buildRenewal(nonce: number, onionTip: Hash): PreparedTransaction;
}

export interface Validator {
  /** The present key first. */
  readonly signers: readonly ValidatorSigner[];
  readonly guard: SigningGuard;
  /** @returns `guard-refused` or `guard-unknown-key` @throws OperationError `guard-unwritable` */
  sign(job: SigningJob): Promise<Result<Uint8Array, Fault>>;
  /** Remembers that nobody else was seen to use the key. */
  endWatch(key: Key): Promise<void>;
  /** Gives up the folder; the seeds are overwritten. */
  close(): Promise<void>;
}

export interface OpenValidatorOptions {
  readonly folder: string;
  readonly chainId: Hash;
  readonly passphrase: string;
  /** The chain's minimum; default 10. */
  readonly minFeePerByteAtoms?: bigint;
}

/**
 * Takes about a second: the passphrase, and an onion of each key.
 * @throws OperationError `keystore-missing`, `passphrase-wrong`, `data-locked`, `guard-damaged` and the like
 */
export async function openValidator(options: OpenValidatorOptions, random: Random): Promise<Validator> {
  const { folder, chainId, passphrase } = options;
  const keys = await openValidatorKeys(folder, random);
  const seeds = await keys.unlock(passphrase);
  const given = keys.list().toReversed();
  const signers = given.map((info) => ({ ...info, seed: seeds.get(toHex(info.key))! }));
  return open(await openSigningGuard({ folder, chainId }), signers, keys, options);
}

/**
 * Validators whose keys everybody knows, for test and dev chains: no passphrase, no key file, but a guard all the same.
 * @param indexes of `devValidatorSeed`
 */
export async function openDevValidator(
  options: Omit<OpenValidatorOptions, "passphrase">,
  indexes: readonly number[],
): Promise<Validator> {
  const guard = await openSigningGuard(options);
  const signers = indexes.map((index) => ({
    ...{ seed: devValidatorSeed(index).slice(), onionDepth: DEV_ONION_DEPTH, onionNumber: 0, mustWatch: false },
  }));
  for (const { seed } of signers) await guard.register(ed25519PublicKey(seed));
  return open(guard, signers, null, options);
}

interface GivenKey extends OnionKey {
  readonly mustWatch: boolean;
}

/** @param keys where what is learnt of them is written down */
async function open(
  guard: SigningGuard,
  given: readonly GivenKey[],
  keys: ValidatorKeys | null,
  options: Pick<OpenValidatorOptions, "chainId" | "minFeePerByteAtoms">,
): Promise<Validator> {
  const { chainId, minFeePerByteAtoms = MIN_FEE_PER_BYTE_ATOMS } = options;
  const signers: ValidatorSigner[] = [];
  const seedOf = new Map<string, Uint8Array>();
  let notes: Promise<unknown> = Promise.resolve();
  for (const { seed, onionDepth, onionNumber, mustWatch } of given) {
    const key = ed25519PublicKey(seed);
    const onLater = (number: number): void => {
      // A number that was not written down is found again by the tip.
      notes = Promise.all([notes, keys?.noteOnion(key, number).catch(() => {})]);
    };
    const onions = await createOnions({ secret: seed, depth: onionDepth, latest: onionNumber, onLater });
    const buildRenewal = (nonce: number, onionTip: Hash): PreparedTransaction =>
      buildRenew({ chainId, seed, nonce, onionTip, minFeePerByteAtoms });
    signers.push({ ...onions, key, address: addressOf(key), mustWatch, buildRenewal });
    seedOf.set(toHex(key), seed);
  }
  return {
    signers,
    guard,
    async sign(job) {
      const seed = seedOf.get(toHex(job.key));
      if (seed === undefined) return err(blameNobody("guard-unknown-key", { key: toHex(job.key) }));
      return guard.sign(job, seed);
    },
    async endWatch(key) {
      await keys?.endWatch(key);
    },
    async close() {
      await notes;
      await guard.close();
      for (const { seed } of given) seed.fill(0);
    },
  };
}
