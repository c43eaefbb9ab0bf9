/** A validator's keys, onions and guard, opened for signing. */
import { join } from "node:path";
import { blameNobody, err, type Fault, type Hash, type Key, type Random, type Result, toHex } from "#base";
import { ed25519PublicKey } from "#crypto";
import { DEV_ONION_DEPTH, devValidatorSeed } from "#spec";
import { openSigningGuard, type SigningGuard, type SigningJob } from "../guard/signing-guard.ts";
import { createOnions, type Onions } from "./onions.ts";
import { openValidatorKeys } from "./validator-keys.ts";

/** The validator's folder inside the node's data. */
export function validatorFolder(dataFolder: string): string {
  return join(dataFolder, "validator");
}

/** One signing key: its onions, and what must be known before it signs. */
export interface ValidatorSigner extends Pick<Onions, "reveal" | "shareLeft" | "nextTip"> {
  readonly key: Key;
  /** 32 bytes: signs transactions of the key's own account, and nothing that the guard is for. */
  readonly seed: Uint8Array;
  /** Outermost layer of its first onion. */
  readonly tip: Hash;
  /** It came from elsewhere, and nobody has watched yet whether it is in use there. */
  readonly mustWatch: boolean;
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
  const signers = given.map(({ key, onionDepth, mustWatch }) => ({
    ...{ seed: seeds.get(toHex(key))!, depth: onionDepth, mustWatch },
  }));
  return open(await openSigningGuard({ folder, chainId }), signers, (key) => keys.endWatch(key));
}

/**
 * Validators whose keys everybody knows, for test and dev chains: no passphrase, no key file, but a guard all the same.
 * @param indexes of `devValidatorSeed`
 */
export async function openDevValidator(
  { folder, chainId }: Pick<OpenValidatorOptions, "folder" | "chainId">,
  indexes: readonly number[],
): Promise<Validator> {
  const guard = await openSigningGuard({ folder, chainId });
  const signers = indexes.map((index) => ({
    ...{ seed: devValidatorSeed(index).slice(), depth: DEV_ONION_DEPTH, mustWatch: false },
  }));
  for (const { seed } of signers) await guard.register(ed25519PublicKey(seed));
  return open(guard, signers, async () => {});
}

interface GivenKey {
  readonly seed: Uint8Array;
  readonly depth: number;
  readonly mustWatch: boolean;
}

async function open(
  guard: SigningGuard,
  given: readonly GivenKey[],
  endWatch: (key: Key) => Promise<void>,
): Promise<Validator> {
  const signers: ValidatorSigner[] = [];
  for (const { seed, depth, mustWatch } of given) {
    const onions = await createOnions({ secret: seed, depth, latest: 0 });
    signers.push({ ...onions, key: ed25519PublicKey(seed), seed, mustWatch });
  }
  const seedOf = new Map(signers.map(({ key, seed }) => [toHex(key), seed]));
  return {
    signers,
    guard,
    async sign(job) {
      const seed = seedOf.get(toHex(job.key));
      if (seed === undefined) return err(blameNobody("guard-unknown-key", { key: toHex(job.key) }));
      return guard.sign(job, seed);
    },
    endWatch,
    async close() {
      await guard.close();
      for (const { seed } of given) seed.fill(0);
    },
  };
}
