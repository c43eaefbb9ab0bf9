/** A chain with a thousand rich senders, and signed transfers of theirs. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SignedTransfer } from "#api/contract";
import { asAddress, asKey, asSignature, InvariantError, seededRandom, toHex, utf8 } from "#base";
import { addressOf, ed25519PublicKey, ed25519Sign, formatAddress, sha256 } from "#crypto";
import {
  decodeTransaction,
  decodeTransfer,
  encodeParts,
  encodeTransaction,
  encodeTransfer,
  KIND_TRANSFER,
  signingHash,
  TRANSACTION_VERSION,
} from "#model";
import { builtInSpec, type ChainSpec, chainIdOf, devGenesisValidator, parseChainSpec, specToJson } from "#spec";

export const SENDERS = 1_000;
/** One hash in 256 is a block: what a miner does for it is lost beside everything else. */
const EASY_BITS = 0x2000ffff;
const GENESIS_MS = 1_700_000_000_000;
/** As often as the miner of the submission benchmarks finds a block, on average. */
const SLOT_MS = 125;
const BOND_ATOMS = 10_000_000_000_000n;
/** About 1,460 atoms is the least for a transfer with one output. */
const FEE_ATOMS = 1_460n;

export interface Workload {
  readonly folder: string;
  readonly specFile: string;
  readonly spec: ChainSpec;
  /** Canonical bytes; the order in which each sender's nonces rise. */
  readonly transfers: readonly Uint8Array[];
  remove(): void;
}

export type BenchEngine = "pow" | "pos";

/** @param receivers how many new accounts the transfers go to, in turn */
export function createWorkload(count: number, receivers: number, engine: BenchEngine = "pow"): Workload {
  const seeds = Array.from({ length: SENDERS }, (_, i) => sha256(utf8(`agon/bench/${i}`)));
  const keys = seeds.map((seed) => asKey(ed25519PublicKey(seed)));
  const json = specJson(
    engine,
    keys.map((key) => addressOf(key)),
  );
  const spec = parseChainSpec(json);
  if (!spec.ok) throw new InvariantError(JSON.stringify(spec.error));
  const chainId = chainIdOf(spec.value);
  const folder = mkdtempSync(join(tmpdir(), "agon-bench-"));
  const specFile = join(folder, "spec.json");
  writeFileSync(specFile, JSON.stringify(json));
  const random = seededRandom(11);
  const targets = Array.from({ length: Math.min(receivers, count) }, () => asAddress(random.bytes(20)));
  const transfers = Array.from({ length: count }, (_, i) => {
    const sender = i % SENDERS;
    const unsigned = {
      version: TRANSACTION_VERSION,
      kind: KIND_TRANSFER,
      sender: keys[sender]!,
      nonce: Math.floor(i / SENDERS),
      feeAtoms: FEE_ATOMS + BigInt(i % 7),
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

function specJson(engine: BenchEngine, senders: readonly ReturnType<typeof addressOf>[]): Record<string, unknown> {
  const base = builtInSpec(engine === "pow" ? "dev" : "pos-dev");
  const json = specToJson(base) as Record<string, object>;
  return {
    ...json,
    name: `bench-${engine}`,
    ...(engine === "pow" ? { engine: { ...json.engine, limitBits: EASY_BITS } } : stakePart(json, base.addressPrefix)),
    genesis: {
      timeMs: GENESIS_MS,
      accounts: senders.map((address) => ({
        address: formatAddress(address, base.addressPrefix),
        balanceAtoms: "1000000000000",
      })),
    },
  };
}

/** One validator, drawn in every slot. */
function stakePart({ engine, time }: Record<string, object>, prefix: string): Record<string, unknown> {
  const { bondAtoms, ...validator } = devGenesisValidator(0, prefix, BOND_ATOMS);
  return {
    engine: { ...engine, slotMs: SLOT_MS, validators: [{ ...validator, bondAtoms: `${bondAtoms}` }] },
    time: { ...time, maxAheadMs: SLOT_MS },
  };
}

export interface Body {
  readonly type: "application/octet-stream" | "application/json";
  readonly bytes: Uint8Array;
  /** Transfers in it. */
  readonly count: number;
}

/** Bodies of POST /v1/transactions as bytes. */
export function binaryBodies(transfers: readonly Uint8Array[], size: number): Body[] {
  return cut(transfers, size).map((part) => ({
    type: "application/octet-stream",
    bytes: encodeParts(part),
    count: part.length,
  }));
}

/** The same as JSON. */
export function jsonBodies(transfers: readonly Uint8Array[], size: number, prefix: string): Body[] {
  return cut(transfers, size).map((part) => ({
    type: "application/json",
    bytes: utf8(JSON.stringify(part.map((bytes) => toJson(bytes, prefix)))),
    count: part.length,
  }));
}

export function cut<T>(list: readonly T[], size: number): (readonly T[])[] {
  const parts: (readonly T[])[] = [];
  for (let at = 0; at < list.length; at += size) parts.push(list.slice(at, at + size));
  return parts;
}

function toJson(bytes: Uint8Array, prefix: string): SignedTransfer {
  const tx = decodeTransaction(bytes);
  const outputs = tx.ok ? decodeTransfer(tx.value.payload) : tx;
  if (!tx.ok || !outputs.ok) throw new InvariantError("a transfer of the workload cannot be read");
  return {
    version: 1,
    kind: "transfer",
    senderKey: toHex(tx.value.sender),
    nonce: tx.value.nonce,
    fee: `${tx.value.feeAtoms}`,
    payload: {
      outputs: outputs.value.map(({ to, amountAtoms }) => ({
        to: formatAddress(to, prefix),
        amount: `${amountAtoms}`,
      })),
    },
    signature: toHex(tx.value.signature),
  };
}
