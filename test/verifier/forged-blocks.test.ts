import { afterAll, beforeAll, expect, it } from "vitest";
import { asKey, asSignature, concatBytes, fromHex } from "#base";
import { ed25519Sign } from "#crypto";
import { decodeBlock, encodeTransaction, type Output, signingHash, type Transaction } from "#model";
import { chainIdOf } from "#spec";
import { buildRecord, buildTransfer, devAccount, signTransaction } from "#wallet/core";
import { holder, type Mine, openMine } from "../support/sample-chain.ts";
import { createTempFolder, type TempFolder } from "../support/temp.ts";
import { exportLines, textOf, verdict } from "./testing/export-file.ts";
import { type Change, forge, mineOdd, oddSpec } from "./testing/odd-chain.ts";

const chainId = chainIdOf(oddSpec);
/** Sends nothing in this chain, so its nonce is 0. */
const sender = devAccount(5);
const known = devAccount(1);
const signing = { chainId, seed: sender.seed, nonce: 0, minFeePerByteAtoms: 1n };
const outputs: Output[] = [{ to: known.address, amountAtoms: 5n }];
const good = buildTransfer({ ...signing, outputs }).bytes;
const empty = new Uint8Array(0);

let lines: string[] = [];
/** The same chain without its last block. */
let shorter: Mine;
const folders: TempFolder[] = [];

beforeAll(async () => {
  folders.push(await createTempFolder(), await createTempFolder());
  const [whole, most] = folders.map(({ dir }) => dir);
  const mine = await openMine(whole!, oddSpec);
  await mineOdd(mine, 8);
  await mine.mine([], known);
  await mine.close();
  lines = await exportLines(whole!, oddSpec);
  shorter = await openMine(most!, oddSpec);
  await mineOdd(shorter, 8);
});
afterAll(async () => {
  await shorter.close();
  for (const folder of folders) await folder[Symbol.asyncDispose]();
});

/** What the node says to the last block: the code of its refusal, or of the cause, or what became of it. */
async function verdictOfNode(forged: readonly string[]): Promise<string> {
  const { block: hex } = JSON.parse(forged.at(-1)!) as { block: string };
  const block = decodeBlock(fromHex(hex)!, 2 ** 20);
  if (!block.ok) return block.error.code;
  const [result] = await shorter.chain.import([{ block: block.value }]);
  if (result?.kind === "waiting") return result.why;
  return result?.kind === "refused" ? String(result.fault.detail?.cause ?? result.fault.code) : String(result?.kind);
}

const withBody =
  (...transactions: Uint8Array[]): Change =>
  () => ({ body: { transactions, votes: [] } });

function custom(fields: Partial<Omit<Transaction, "sender" | "signature">>): Uint8Array {
  return signTransaction(chainId, sender.seed, {
    ...{ version: 1, kind: 1, nonce: 0, feeAtoms: 100_000n, payload: empty },
    ...fields,
  }).bytes;
}

/** The identity point as key and as R, with S = 0: it satisfies the equation for every message. */
function signedByNobody(): Uint8Array {
  const identity = concatBytes(Uint8Array.of(1), new Uint8Array(31));
  const unsigned = { version: 1, kind: 1, nonce: 0, feeAtoms: 100_000n, payload: empty, sender: asKey(identity) };
  return encodeTransaction({ ...unsigned, signature: asSignature(concatBytes(identity, new Uint8Array(32))) });
}

/** S + L: the same number modulo L in another form. */
function malleated(): Uint8Array {
  const bytes = good.slice();
  const order = 2n ** 252n + 27742317777372353535851937790883648493n;
  let carry = order;
  for (let i = 54 + 32; i < 54 + 64; i++) {
    carry += BigInt(bytes[i]!);
    bytes[i] = Number(carry & 0xffn);
    carry >>= 8n;
  }
  return bytes;
}

function signedForAnotherChain(): Uint8Array {
  const bytes = good.slice();
  const other = chainId.map((byte) => byte ^ 1) as typeof chainId;
  bytes.set(ed25519Sign(signingHash(other, bytes), sender.seed), 54);
  return bytes;
}

const fromStranger = buildTransfer({ ...signing, seed: holder("stranger").seed, outputs }).bytes;
const vote = {
  ...{ source: { epoch: 0, id: chainId }, target: { epoch: 1, id: chainId } },
  ...{ key: sender.key, signature: asSignature(new Uint8Array(64)) },
};

it.each([
  ["another transaction, but the same state root", "STATE-5", "state-root", withBody(good)],
  [
    "another proposer, but the same state root",
    "STATE-5",
    "state-root",
    () => ({ header: { proposer: sender.address } }),
  ],
  ["a state root of zeros", "STATE-5", "state-root", () => ({ header: { stateRoot: chainId } })],
  ["a body root of another body", "BLOCK-11", "body-root", () => ({ header: { bodyRoot: chainId } })],
  ["a parent that is not the one before", "BLOCK-9", "unknown-parent", () => ({ header: { parent: chainId } })],
  [
    "a height that leaves one out",
    "BLOCK-9",
    "header-height",
    ({ header }) => ({ header: { height: header.height + 1 } }),
  ],
  [
    "a target of its own",
    "POW-6",
    "pow-wrong-target",
    () => ({ header: { claim: Uint8Array.of(0xff, 0xff, 0x3f, 0x20) } }),
  ],
  ["a time that is the median", "POW-8", "header-time", () => ({ header: { timeMs: medianTime() } })],
  ["votes", "BLOCK-7", "block-votes", () => ({ body: { transactions: [], votes: [vote] } })],
  [
    "too many transactions",
    "BLOCK-10",
    "block-too-many-transactions",
    withBody(...Array.from({ length: 5 }, (_, nonce) => custom({ nonce }))),
  ],
  ["a body that is too large", "BLOCK-10", "block-too-large", withBody(...[0, 1, 2].map(largeRecord))],
  ["a signature by nobody", "TX-4", "block-transaction-invalid", withBody(signedByNobody())],
  ["a signature in another form", "TX-4", "block-transaction-invalid", withBody(malleated())],
  ["a signature for another chain", "TX-4", "block-transaction-invalid", withBody(signedForAnotherChain())],
  ["a transaction of 117 bytes", "TX-2", "block-transaction-invalid", withBody(good.subarray(0, 117))],
  ["an unknown kind", "TX-9", "tx-kind", withBody(custom({ kind: 3 }))],
  ["a transfer of nothing", "TX-5", "transfer-malformed", withBody(custom({}))],
  ["a transfer of half an output", "TX-5", "transfer-malformed", withBody(custom({ payload: new Uint8Array(14) }))],
  ["a transfer of 513 outputs", "TX-5", "transfer-malformed", withBody(custom({ payload: new Uint8Array(513 * 28) }))],
  [
    "a record with a gap",
    "TX-6",
    "record-malformed",
    withBody(custom({ kind: 2, payload: Uint8Array.of(1, 6, 0, 0, 0, 0) })),
  ],
  [
    "a record of unknown media type",
    "TX-6",
    "record-malformed",
    withBody(custom({ kind: 2, payload: Uint8Array.of(2, 5, 0, 0, 0) })),
  ],
  ["a low fee", "TX-9", "tx-fee-low", withBody(buildTransfer({ ...signing, feeAtoms: 145n, outputs }).bytes)],
  ["dust", "TX-9", "transfer-dust", withBody(transferOf(4n))],
  ["an overflow", "TX-9", "tx-overflow", withBody(transferOf(2n ** 64n - 1n))],
  ["more than the sender has", "TX-9", "tx-overspend", withBody(transferOf(100_000_000_000_000n))],
  ["a sender without account", "TX-9", "tx-sender-unknown", withBody(fromStranger)],
  ["a nonce ahead", "TX-9", "tx-nonce-gap", withBody(buildTransfer({ ...signing, nonce: 1, outputs }).bytes)],
  ["a nonce again", "TX-9", "tx-nonce-used", withBody(good, good)],
] as [string, string, string, Change][])(
  "work does not help a block with %s (%s, %s)",
  async (_what, rule, code, change) => {
    const forged = forge(lines, oddSpec, change);
    expect(await verdict(textOf(forged))).toBe(`${rule} at line 10`);
    expect(await verdictOfNode(forged)).toBe(code);
  },
);

it("what makes those blocks makes one that holds as well", async () => {
  const later: Change = ({ header }) => ({ header: { timeMs: header.timeMs + 1 } });
  const forged = forge(lines, oddSpec, later);
  expect(await verdict(textOf(forged))).toBe("accepted");
  expect(await verdictOfNode(forged)).toBe("imported");
});

function transferOf(amountAtoms: bigint): Uint8Array {
  return buildTransfer({ ...signing, outputs: [{ to: known.address, amountAtoms }] }).bytes;
}

function largeRecord(nonce: number): Uint8Array {
  return buildRecord({ ...signing, nonce, record: { mediaType: 1, data: new Uint8Array(16_384) } }).bytes;
}

/** The specification has a median of 3 blocks. */
function medianTime(): number {
  const times = lines.slice(-4, -1).map((line) => {
    const bytes = Buffer.from((JSON.parse(line) as { block: string }).block, "hex");
    return Number(bytes.readBigUInt64LE(8 + 42));
  });
  return times.sort((a, b) => a - b)[1]!;
}
