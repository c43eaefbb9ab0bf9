/** The signing key of a validator, opened by whoever bonds to it, with the onion that it will show. */
import type { Validator } from "#api/contract";
import { type Hash, type Key, OperationError, toHex } from "#base";
import { createOnion, hasValidatorKeys, openValidatorKeys, validatorFolder } from "#wallet";
import { type KeystoreChoice, readPassphrase } from "./keystores.ts";
import { hashOf, NODE_FOLDER } from "./options.ts";
import type { Terminal } from "./terminal.ts";

/** Onions that are looked through for the one that the chain has of a key. */
const MAX_ONIONS = 16;

export interface SigningKeyChoice extends KeystoreChoice {
  /** Folder of the keys. */
  readonly key?: string | undefined;
  readonly keyPassphraseFile?: string | undefined;
}

export interface SigningKey {
  readonly key: Key;
  /** 32 bytes. */
  readonly seed: Uint8Array;
  /** To be bonded with. */
  readonly tip: Hash;
}

export function signingKeyFolder({ key, data }: Pick<SigningKeyChoice, "key" | "data">): string {
  return key ?? validatorFolder(data ?? NODE_FOLDER);
}

/**
 * The newest key of the folder.
 * @param known what the chain has of the owner; bonding more to the same key goes on with a fresh onion
 * @throws OperationError `keystore-missing` that says how to make one, `passphrase-wrong`, `onion-unknown`
 */
export async function openSigningKey(
  terminal: Terminal,
  choice: SigningKeyChoice,
  known: Validator | null,
): Promise<SigningKey> {
  const folder = signingKeyFolder(choice);
  if (!hasValidatorKeys(folder))
    throw new OperationError(
      "keystore-missing",
      `there is no signing key in ${folder}: make one with 'agon validator init', or name another folder with --key`,
    );
  const keys = await openValidatorKeys(folder, terminal.random);
  const passphraseFile = choice.keyPassphraseFile ?? choice.passphraseFile;
  const seeds = await keys.unlock(await readPassphrase(terminal, { passphraseFile }, "Passphrase of the signing key"));
  const { key, onionDepth: depth } = keys.list().at(-1)!;
  const seed = seeds.get(toHex(key))!;
  const present = known?.signingKey === toHex(key) ? hashOf(known.onionTip) : null;
  return { key, seed, tip: await tipAfter(present, seed, depth) };
}

/** Of the first onion, or of the one after that which `present` belongs to. */
async function tipAfter(present: Hash | null, secret: Uint8Array, depth: number): Promise<Hash> {
  let isNext = present === null;
  for (let number = 0; number < MAX_ONIONS; number++) {
    const onion = await createOnion({ secret, number, depth });
    if (isNext) return onion.tip;
    isNext = present !== null && onion.left(present) !== null;
  }
  throw new OperationError(
    "onion-unknown",
    "the chain has an onion of this key that is none of its first: bond with another key (agon validator rotate-key)",
  );
}
