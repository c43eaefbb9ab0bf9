/**
 * A validator's signing keys on disk, under one passphrase: the present one, and those before it that may still stand
 * in a table. Each is known to the signing guard before it is kept here.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { equalBytes, type Hash, type Key, Mutex, OperationError, type Random, toHex } from "#base";
import { ARGON2_DEFAULT, type Argon2Params, ed25519PublicKey, openSecret, sealSecret } from "#crypto";
import { openSigningGuard } from "../guard/signing-guard.ts";
import { createPrivateFile, readPrivateFile, replacePrivateFile } from "../private-file.ts";
import {
  decodeKeyFile,
  decodeSeeds,
  encodeKeyFile,
  encodeSeeds,
  type ValidatorKeyFile,
  type ValidatorKeyInfo,
  type ValidatorSeeds,
} from "./key-file.ts";
import { ONION_DEPTH } from "./onion.ts";

const KEY_FILE = "keys.json";

export interface AddKeyOptions {
  /** `validator` in the node's data folder. */
  readonly folder: string;
  readonly chainId: Hash;
  /** Of the file; that of an existing one must fit. */
  readonly passphrase: string;
  /** 32 bytes of a key from elsewhere; default: a new key. */
  readonly seed?: Uint8Array;
  /** Default 2^20. */
  readonly onionDepth?: number;
  readonly argon2id?: Argon2Params;
}

export function hasValidatorKeys(folder: string): boolean {
  return existsSync(join(folder, KEY_FILE));
}

/**
 * Makes a new key the present one, or brings one from elsewhere, which then must be watched before it signs; the keys
 * before it are kept. No node may be running on the folder.
 * @throws OperationError `data-locked`, `passphrase-wrong`, `keystore-…` or `guard-…`
 */
export async function addValidatorKey(options: AddKeyOptions, random: Random): Promise<ValidatorKeyInfo> {
  const { folder, chainId, passphrase, seed = random.bytes(32), onionDepth = ONION_DEPTH } = options;
  const key = ed25519PublicKey(seed);
  const origin = options.seed === undefined ? "created" : "imported";
  const info: ValidatorKeyInfo = { key, origin, mustWatch: origin === "imported", onionDepth, onionNumber: 0 };
  const guard = await openSigningGuard({ folder, chainId });
  try {
    const exists = hasValidatorKeys(folder);
    const keys = exists ? await openValidatorKeys(folder, random) : null;
    if (keys !== null) await keys.unlock(passphrase);
    await guard.register(key);
    if (keys !== null) await keys.add(passphrase, info, seed);
    else await createKeyFile(folder, info, seed, options, random);
    return info;
  } finally {
    await guard.close();
  }
}

/** @throws OperationError `keystore-missing`, `keystore-unreadable`, `keystore-damaged` or `keystore-newer` */
export async function openValidatorKeys(folder: string, random: Random): Promise<ValidatorKeys> {
  const path = join(folder, KEY_FILE);
  return new ValidatorKeys(path, decodeKeyFile(await readPrivateFile(path)), random);
}

/** What changes the file is durable when it resolves. */
export class ValidatorKeys {
  readonly path: string;
  readonly #random: Random;
  readonly #writing = new Mutex();
  #file: ValidatorKeyFile;

  constructor(path: string, file: ValidatorKeyFile, random: Random) {
    this.path = path;
    this.#file = file;
    this.#random = random;
  }

  /** Oldest first: the last one is the present one. */
  list(): readonly ValidatorKeyInfo[] {
    return this.#file.keys;
  }

  /** @throws OperationError `passphrase-wrong`, or `keystore-damaged` when a seed is not its key's */
  unlock(passphrase: string): Promise<ValidatorSeeds> {
    return openSeeds(this.#file, passphrase);
  }

  /** Becomes the present one; one that is there already is brought in anew. */
  async add(passphrase: string, info: ValidatorKeyInfo, seed: Uint8Array): Promise<void> {
    await this.#update(async (file) => {
      const seeds = new Map(await openSeeds(file, passphrase)).set(toHex(info.key), seed);
      const keys = [...file.keys.filter(({ key }) => !equalBytes(key, info.key)), info];
      return { keys, sealed: await this.#seal(passphrase, seeds, file) };
    });
  }

  /** For a key that stands in no table any more; the guard does not forget it. The present one stays. */
  async remove(passphrase: string, key: Key): Promise<void> {
    await this.#update(async (file) => {
      const keys = file.keys.filter((info, i) => i === file.keys.length - 1 || !equalBytes(info.key, key));
      const seeds = await openSeeds(file, passphrase);
      const kept = new Map([...seeds].filter(([name]) => keys.some((info) => toHex(info.key) === name)));
      return { keys, sealed: await this.#seal(passphrase, kept, file) };
    });
  }

  /** Nobody else was seen to use the key. */
  endWatch(key: Key): Promise<void> {
    return this.#change(key, { mustWatch: false });
  }

  /** A later onion of the key is in use. */
  noteOnion(key: Key, onionNumber: number): Promise<void> {
    return this.#change(key, { onionNumber });
  }

  #change(key: Key, change: Partial<ValidatorKeyInfo>): Promise<void> {
    return this.#update(async (file) => ({
      ...file,
      keys: file.keys.map((info) => (equalBytes(info.key, key) ? { ...info, ...change } : info)),
    }));
  }

  #update(change: (file: ValidatorKeyFile) => Promise<ValidatorKeyFile>): Promise<void> {
    return this.#writing.run(async () => {
      const changed = await change(decodeKeyFile(await readPrivateFile(this.path)));
      await replacePrivateFile(this.path, encodeKeyFile(changed), this.#random);
      this.#file = changed;
    });
  }

  #seal(passphrase: string, seeds: ValidatorSeeds, { sealed }: ValidatorKeyFile): Promise<ValidatorKeyFile["sealed"]> {
    return sealSecret(passphrase, encodeSeeds(seeds), sealed.argon2id, this.#random);
  }
}

async function createKeyFile(
  folder: string,
  info: ValidatorKeyInfo,
  seed: Uint8Array,
  { passphrase, argon2id = ARGON2_DEFAULT }: AddKeyOptions,
  random: Random,
): Promise<void> {
  const sealed = await sealSecret(passphrase, encodeSeeds(new Map([[toHex(info.key), seed]])), argon2id, random);
  await createPrivateFile(join(folder, KEY_FILE), encodeKeyFile({ keys: [info], sealed }), random);
}

async function openSeeds({ keys, sealed }: ValidatorKeyFile, passphrase: string): Promise<ValidatorSeeds> {
  const opened = await openSecret(passphrase, sealed);
  if (!opened.ok) {
    if (opened.error.code === "passphrase-wrong")
      throw new OperationError(
        "passphrase-wrong",
        "the passphrase is wrong, or the validator's keys have been changed",
      );
    throw new OperationError("keystore-damaged", "the validator's keys are damaged: their sealed part");
  }
  const seeds = decodeSeeds(opened.value);
  opened.value.fill(0);
  for (const { key } of keys) {
    const seed = seeds.get(toHex(key));
    if (seed === undefined || !equalBytes(ed25519PublicKey(seed), key))
      throw new OperationError("keystore-damaged", `the validator's keys are damaged: ${toHex(key)} has no seed`);
  }
  return seeds;
}
