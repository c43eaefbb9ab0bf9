/** The state of a million accounts: loading it, its root after 10,000 of them changed, proofs; beside the bare hashing. */
import { createRequire } from "node:module";
import { asAddress, concatBytes, type Hash, InvariantError, seededRandom, toHex } from "#base";
import {
  checkProof,
  createLedger,
  encodeProof,
  type Ledger,
  type LedgerStorage,
  type StateChanges,
  type StatePage,
} from "#ledger";
import { builtInSpec } from "#spec";
import type { BenchRow } from "./bench-row.ts";

const ACCOUNTS = 1_000_000;
const TOUCHED = 10_000;
const ROUNDS = 20;
const PAGE_LEAVES = 64;
const ACCOUNT_TAG = 1;
const SUPPLY_TAG = 3;
const BALANCE = 1_000_000n;
const MIB = 2 ** 20;

type AnyLedger = Ledger & LedgerStorage;

export async function run(): Promise<readonly BenchRow[]> {
  const addresses = seededRandom(1).bytes(ACCOUNTS * 20);
  const pages = [...makePages(addresses)];
  const rssBefore = residentBytes();
  const ledger = createLedger(builtInSpec("dev"), { indexSeed: 7 });
  const loadMs = timed(() => ledger.loadPages(pages));
  const memory = residentBytes() - rssBefore;

  const rootMs = medianRootMs(ledger, addresses);
  const floorMs = hashFloorMs();
  const proofs = measureProofs(ledger, addresses);
  return [
    {
      name: "state root, 10,000 of 1,000,000 accounts touched",
      value: rootMs,
      unit: "ms",
      ratio: floorMs / rootMs,
      floor: floorMs,
      goal: 35,
    },
    { name: "state of 1,000,000 accounts loaded from pages", value: loadMs, unit: "ms", goal: 1300 },
    { name: "memory of 1,000,000 accounts", value: memory / MIB, unit: "MiB", goal: 286 },
    { name: "state proof made", value: proofs.madeMs, unit: "ms", goal: 0.1 },
    { name: "state proof checked", value: proofs.checkedMs, unit: "ms", goal: 5 },
    { name: "state proof, longest of 1,000", value: proofs.longestBytes, unit: "bytes", goal: 1024 },
  ];
}

/** As the ledger keeps them: `tag ‖ key ‖ value` for each leaf. */
function* makePages(addresses: Uint8Array): Generator<StatePage> {
  const value = u64s(0n, BALANCE);
  const supply = concatBytes(Uint8Array.of(SUPPLY_TAG), u64s(BALANCE * BigInt(ACCOUNTS), 0n));
  for (let no = 0; no * PAGE_LEAVES < ACCOUNTS; no++) {
    const leaves = Array.from({ length: PAGE_LEAVES }, (_, i) =>
      concatBytes(Uint8Array.of(ACCOUNT_TAG), addressAt(addresses, no * PAGE_LEAVES + i), value),
    );
    yield { no, bytes: concatBytes(...leaves) };
  }
  yield { no: ACCOUNTS / PAGE_LEAVES, bytes: concatBytes(supply, new Uint8Array(PAGE_LEAVES - 1)) };
}

function medianRootMs(ledger: AnyLedger, addresses: Uint8Array): number {
  const random = seededRandom(2);
  const start = toHex(ledger.root);
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const changes = randomChanges(addresses, random.below);
    ledger.replay(changes);
    times.push(timed(() => ledger.root));
    ledger.revert(changes);
    times.push(timed(() => ledger.root));
    if (toHex(ledger.root) !== start) throw new InvariantError("the root did not come back");
  }
  return times.sort((a, b) => a - b)[ROUNDS]!;
}

function randomChanges(addresses: Uint8Array, below: (bound: number) => number): StateChanges {
  const touched = new Set<number>();
  while (touched.size < TOUCHED) touched.add(below(ACCOUNTS));
  const before = u64s(0n, BALANCE);
  const entries = [...touched].map((account, i) => ({
    key: concatBytes(Uint8Array.of(ACCOUNT_TAG), addressAt(addresses, account)),
    before,
    after: u64s(1n, BALANCE + BigInt(i)),
  }));
  return { entries };
}

/** As many hashes as the tree needs at least: about 80,400 inner nodes and three for each leaf. */
function hashFloorMs(): number {
  const { hashInto } = createRequire(import.meta.url)("@chainsafe/hashtree") as {
    hashInto(input: Uint8Array, output: Uint8Array): void;
  };
  const input = new Uint8Array(2048 * 64);
  const output = new Uint8Array(2048 * 32);
  const hashes = 80_400 + 3 * TOUCHED;
  const times = Array.from({ length: 5 }, () =>
    timed(() => {
      for (let done = 0; done < hashes; done += 2048) hashInto(input, output);
    }),
  );
  return times.sort((a, b) => a - b)[2]!;
}

function measureProofs(ledger: AnyLedger, addresses: Uint8Array) {
  const root: Hash = ledger.root;
  const keys = Array.from({ length: 1000 }, (_, i) => addressAt(addresses, (i * 7919) % ACCOUNTS));
  const make = () => keys.map((key) => ledger.prove("account", key));
  const proofs = make();
  const check = () => {
    for (const [i, proof] of proofs.entries())
      if (!checkProof(root, "account", keys[i]!, proof).ok) throw new InvariantError("a proof does not hold");
  };
  check();
  const longestBytes = Math.max(...proofs.map((proof) => encodeProof(proof).length));
  return { madeMs: timed(make) / keys.length, checkedMs: timed(check) / keys.length, longestBytes };
}

function addressAt(addresses: Uint8Array, account: number): Uint8Array {
  return asAddress(addresses.subarray(account * 20, account * 20 + 20));
}

function u64s(first: bigint, second: bigint): Uint8Array {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, first, true);
  view.setBigUint64(8, second, true);
  return bytes;
}

function timed(task: () => unknown): number {
  const start = performance.now();
  task();
  return performance.now() - start;
}

function residentBytes(): number {
  return process.memoryUsage.rss();
}
