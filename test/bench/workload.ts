/** A chain with a thousand rich senders, and signed transfers of theirs. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { asAddress, asKey, asSignature, seededRandom, utf8 } from "#base";
import { addressOf, ed25519PublicKey, ed25519Sign, formatAddress, sha256 } from "#crypto";
import {
  encodeParts,
  encodeTransaction,
  encodeTransfer,
  KIND_TRANSFER,
  signingHash,
  TRANSACTION_VERSION,
} from "#model";
import { builtInSpec, type ChainSpec, chainIdOf, parseChainSpec, specToJson } from "#spec";

export const SENDERS = 1_000;

export interface Workload {
  readonly folder: string;
  readonly specFile: string;
  readonly spec: ChainSpec;
  /** Canonical bytes; the order in which each sender's nonces rise. */
  readonly transfers: readonly Uint8Array[];
  remove(): void;
}

/** @param receivers how many new accounts the transfers go to, in turn */
export function createWorkload(count: number, receivers: number): Workload {
  const seeds = Array.from({ length: SENDERS }, (_, i) => sha256(utf8(`agon/bench/${i}`)));
  const keys = seeds.map((seed) => asKey(ed25519PublicKey(seed)));
  const base = builtInSpec("dev");
  const accounts = keys.map((key) => ({ address: addressOf(key), balanceAtoms: 1_000_000_000_000n }));
  const json = {
    ...(specToJson(base) as Record<string, unknown>),
    name: "bench",
    genesis: {
      timeMs: base.genesis.timeMs,
      accounts: accounts.map(({ address, balanceAtoms }) => ({
        address: formatAddress(address, base.addressPrefix),
        balanceAtoms: balanceAtoms.toString(),
      })),
    },
  };
  const spec = parseChainSpec(json);
  if (!spec.ok) throw new Error(JSON.stringify(spec.error));
  const chainId = chainIdOf(spec.value);
  const folder = mkdtempSync(join(tmpdir(), "agon-bench-"));
  const specFile = join(folder, "spec.json");
  writeFileSync(specFile, JSON.stringify(json));
  const random = seededRandom(11);
  const targets = Array.from({ length: receivers }, () => asAddress(random.bytes(20)));
  const transfers = Array.from({ length: count }, (_, i) => {
    const sender = i % SENDERS;
    const unsigned = {
      version: TRANSACTION_VERSION,
      kind: KIND_TRANSFER,
      sender: keys[sender]!,
      nonce: Math.floor(i / SENDERS),
      feeAtoms: 1_460n + BigInt(i % 7),
      payload: encodeTransfer([{ to: targets[i % receivers]!, amountAtoms: 10_000n }]),
    };
    const draft = encodeTransaction({ ...unsigned, signature: asSignature(new Uint8Array(64)) });
    const signature = ed25519Sign(signingHash(chainId, draft), seeds[sender]!);
    return encodeTransaction({ ...unsigned, signature: asSignature(signature) });
  });
  return {
    folder,
    specFile,
    spec: spec.value,
    transfers,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Bodies of POST /v1/transactions. */
export function batches(transfers: readonly Uint8Array[], size: number): Uint8Array[] {
  const bodies: Uint8Array[] = [];
  for (let at = 0; at < transfers.length; at += size) bodies.push(encodeParts(transfers.slice(at, at + size)));
  return bodies;
}
