/** The bytes of a keystore on disk: JSON, readable but for what is sealed. Version 1. */
import { type Address, asAddress, asKey, equalBytes, fromUtf8, type Key, OperationError, toHex, utf8 } from "#base";
import { addressOf, type SealedSecret } from "#crypto";
import { bytesOf, damaged, fieldsOf, parseJson, readSealed, sealedDocument, textOf } from "./sealed-document.ts";

export const KEYSTORE_VERSION = 1;

/** Derived from the wallet's words, brought along as a seed, or without a secret. */
export type AccountKind = "derived" | "imported" | "watch-only";

/** What may be known of an account without the passphrase. */
export interface AccountInfo {
  readonly name: string;
  readonly kind: AccountKind;
  readonly address: Address;
  /** Null when watched by its address alone. */
  readonly key: Key | null;
  /** Of a derived account, its place on the path; otherwise null. */
  readonly index: number | null;
}

export interface KeystoreFile {
  readonly accounts: readonly AccountInfo[];
  readonly sealed: SealedSecret;
}

/** What is sealed. */
export interface KeystoreSecrets {
  readonly mnemonic: string;
  /** Seeds of the imported accounts, by name. */
  readonly imported: ReadonlyMap<string, Uint8Array>;
}

export function encodeKeystore({ accounts, sealed }: KeystoreFile): string {
  const document = {
    format: "agon-keystore",
    version: KEYSTORE_VERSION,
    accounts: accounts.map(({ name, kind, address, key, index }) => ({
      name,
      kind,
      address: toHex(address),
      ...(key === null ? {} : { key: toHex(key) }),
      ...(index === null ? {} : { index }),
    })),
    sealed: sealedDocument(sealed),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** @throws OperationError `keystore-damaged`, or `keystore-newer` for the file of a later version of the program */
export function decodeKeystore(text: string): KeystoreFile {
  const document = fieldsOf(parseJson(text));
  if (document.format !== "agon-keystore") throw damaged("it is no keystore");
  if (typeof document.version === "number" && document.version > KEYSTORE_VERSION)
    throw new OperationError("keystore-newer", `the keystore has version ${document.version}, not ${KEYSTORE_VERSION}`);
  if (document.version !== KEYSTORE_VERSION || !Array.isArray(document.accounts)) throw damaged("version or accounts");
  const accounts = document.accounts.map(decodeAccount);
  if (new Set(accounts.map(({ name }) => name)).size !== accounts.length) throw damaged("two accounts of one name");
  return { accounts, sealed: readSealed(document.sealed) };
}

export function encodeSecrets({ mnemonic, imported }: KeystoreSecrets): Uint8Array {
  return utf8(JSON.stringify({ mnemonic, imported: [...imported].map(([name, seed]) => [name, toHex(seed)]) }));
}

/** @throws OperationError `keystore-damaged` */
export function decodeSecrets(bytes: Uint8Array): KeystoreSecrets {
  const { mnemonic, imported } = fieldsOf(parseJson(fromUtf8(bytes) ?? ""));
  if (typeof mnemonic !== "string" || !Array.isArray(imported)) throw damaged("secrets");
  return { mnemonic, imported: new Map(imported.map(([name, seed]) => [textOf(name), bytesOf(seed, 32)])) };
}

function decodeAccount(value: unknown): AccountInfo {
  const { name, kind, address: addressHex, key: keyHex, index = null } = fieldsOf(value);
  if (kind !== "derived" && kind !== "imported" && kind !== "watch-only") throw damaged("kind of account");
  if (index !== null && (typeof index !== "number" || !Number.isInteger(index))) throw damaged("index");
  if ((kind === "derived") !== (index !== null) || (kind !== "watch-only" && keyHex === undefined))
    throw damaged("account");
  const address = asAddress(bytesOf(addressHex, 20));
  const key = keyHex === undefined ? null : asKey(bytesOf(keyHex, 32));
  if (key !== null && !equalBytes(addressOf(key), address)) throw damaged("an address that is not its key's");
  return { name: textOf(name), kind, address, key, index };
}
