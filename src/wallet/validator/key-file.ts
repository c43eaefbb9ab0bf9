/** The bytes of a validator's keys on disk: JSON, readable but for the seeds. Version 1. */
import { asKey, fromUtf8, type Key, OperationError, toHex, utf8 } from "#base";
import type { SealedSecret } from "#crypto";
import { bytesOf, damaged, fieldsOf, parseJson, readSealed, sealedDocument } from "../sealed-document.ts";

const FORMAT = "agon-validator-keys";
const VERSION = 1;

/** What may be known of a signing key without the passphrase. */
export interface ValidatorKeyInfo {
  readonly key: Key;
  /** Made here, or brought from where it may still be in use. */
  readonly origin: "created" | "imported";
  /** An imported key must be watched before it signs here, until nobody else was seen to use it. */
  readonly mustWatch: boolean;
  /** Layers of its onions. */
  readonly onionDepth: number;
  /** The latest of them that was seen in use. */
  readonly onionNumber: number;
}

export interface ValidatorKeyFile {
  /** Oldest first: the last one is the present one. */
  readonly keys: readonly ValidatorKeyInfo[];
  readonly sealed: SealedSecret;
}

/** Seeds by the hex of their key. */
export type ValidatorSeeds = ReadonlyMap<string, Uint8Array>;

export function encodeKeyFile({ keys, sealed }: ValidatorKeyFile): string {
  const document = {
    format: FORMAT,
    version: VERSION,
    keys: keys.map((info) => ({ ...info, key: toHex(info.key) })),
    sealed: sealedDocument(sealed),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** @throws OperationError `keystore-damaged` or `keystore-newer` */
export function decodeKeyFile(text: string): ValidatorKeyFile {
  const { format, version, keys, sealed } = fieldsOf(parseJson(text));
  if (format !== FORMAT) throw damaged("it holds no keys of a validator");
  if (typeof version === "number" && version > VERSION)
    throw new OperationError("keystore-newer", `the keys have version ${version}, not ${VERSION}: update this program`);
  if (version !== VERSION || !Array.isArray(keys) || keys.length === 0) throw damaged("version or keys");
  const infos = keys.map(decodeInfo);
  if (new Set(infos.map(({ key }) => toHex(key))).size !== infos.length) throw damaged("a key comes twice");
  return { keys: infos, sealed: readSealed(sealed) };
}

export function encodeSeeds(seeds: ValidatorSeeds): Uint8Array {
  return utf8(JSON.stringify([...seeds].map(([key, seed]) => [key, toHex(seed)])));
}

/** @throws OperationError `keystore-damaged` */
export function decodeSeeds(bytes: Uint8Array): ValidatorSeeds {
  const list = parseJson(fromUtf8(bytes) ?? "");
  if (!Array.isArray(list)) throw damaged("secrets");
  return new Map(
    list.map((pair: unknown) => {
      if (!Array.isArray(pair)) throw damaged("secrets");
      return [toHex(bytesOf(pair[0], 32)), bytesOf(pair[1], 32)];
    }),
  );
}

function decodeInfo(value: unknown): ValidatorKeyInfo {
  const { key, origin, mustWatch, onionDepth, onionNumber } = fieldsOf(value);
  if (origin !== "created" && origin !== "imported") throw damaged("origin of a key");
  if (typeof mustWatch !== "boolean") throw damaged("whether a key must be watched");
  if (typeof onionDepth !== "number" || !Number.isInteger(onionDepth) || onionDepth < 1 || onionDepth > 2 ** 24)
    throw damaged("depth of an onion");
  if (typeof onionNumber !== "number" || !Number.isInteger(onionNumber) || onionNumber < 0 || onionNumber >= 2 ** 32)
    throw damaged("number of an onion");
  return { key: asKey(bytesOf(key, 32)), origin, mustWatch, onionDepth, onionNumber };
}
