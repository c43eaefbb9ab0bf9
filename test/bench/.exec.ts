import { asAddress, asHash, asKey, asSignature, concatBytes, seededRandom } from "#base";
import { createLedger } from "#ledger";
import { decodeTransaction, encodeTransaction, encodeTransfer, type PreparedTransaction } from "#model";
import { builtInSpec } from "#spec";

const N = Number(process.argv[2] ?? 1_000_000);
const a = seededRandom(1).bytes(N * 20);
const pages = [];
const v = new Uint8Array(16);
v[14] = 1;
for (let no = 0; no < N / 64; no++)
  pages.push({
    no,
    bytes: concatBytes(
      ...Array.from({ length: 64 }, (_, i) =>
        concatBytes(Uint8Array.of(1), a.subarray((no * 64 + i) * 20, (no * 64 + i) * 20 + 20), v),
      ),
    ),
  });
const s = new Uint8Array(16 + 63);
s[7] = 127;
pages.push({ no: Math.ceil(N / 64), bytes: concatBytes(Uint8Array.of(3), s) });
const l = createLedger(builtInSpec("dev"));
const c0 = process.threadCpuUsage();
l.loadPages(pages);
const c1 = process.threadCpuUsage(c0);
console.log("load cpu", c1.user / 1000, c1.system / 1000);
const below = seededRandom(3).below;
const addr = (i: number) => asAddress(a.subarray(i * 20, i * 20 + 20));
const nonces = new Array(1000).fill(0);
const key = asKey(new Uint8Array(32)),
  sig = asSignature(new Uint8Array(64)),
  id = asHash(new Uint8Array(32));
const tx = (from: number): PreparedTransaction => {
  const bytes = encodeTransaction({
    version: 1,
    kind: 1,
    sender: key,
    nonce: nonces[from]++,
    feeAtoms: 2000n,
    payload: encodeTransfer([{ to: addr(below(N)), amountAtoms: 2000n }]),
    signature: sig,
  });
  const d = decodeTransaction(bytes);
  if (!d.ok) throw 1;
  return { bytes, id, from: addr(from), transaction: d.value };
};
const med = (x: number[]) => x.sort((p, q) => p - q)[x.length >> 1]!.toFixed(2);
const T: Record<string, number[]> = { draft: [], apply: [], applyNoDraft: [], revert: [], root: [], replay: [] };
const time = (n: string, f: () => any) => {
  const t = performance.now();
  const r = f();
  T[n]!.push(performance.now() - t);
  return r;
};
for (let h = 1; h <= 40; h++) {
  const txs = Array.from({ length: 5000 }, (_, i) => tx(i % 1000));
  const rewards = (f: bigint) => [{ to: addr(5), amountAtoms: f + 5000n, reason: "block-reward" as const }];
  const input = { height: h, timeMs: 0, proposer: addr(5), votes: [], rewards };
  if (h % 2) time("draft", () => l.draft({ ...input, candidates: txs }));
  const r = time(h % 2 ? "apply" : "applyNoDraft", () => l.apply({ ...input, transactions: txs }));
  if (!r.ok) throw new Error(JSON.stringify(r.error));
  time("revert", () => l.revert(r.value.changes));
  time("root", () => l.root);
  time("replay", () => l.replay(r.value.changes));
  l.root;
  if (h === 1) console.log("changes", r.value.changes.bytes.length);
}
for (const [n, x] of Object.entries(T)) console.log(n, med(x), Math.min(...x).toFixed(2));
