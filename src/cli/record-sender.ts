/**
 * Puts many records on the chain from one account: consecutive nonces, a batch at a time, waiting where the node has no
 * room for more of one sender. Sending the same bytes again is harmless, so an unclear answer is answered by sending again.
 */
import { ApiError, type ChainInfo, type Client, type Inclusion } from "#api/contract";
import { OperationError, toHex } from "#base";
import { encodeParts } from "#model";
import { buildRecord } from "#wallet/core";
import type { Signer } from "./accounts.ts";
import { hashOf } from "./options.ts";
import type { Patience } from "./patience.ts";
import type { RecordLine } from "./record-lines.ts";
import { findTransaction } from "./transfer.ts";

/** Below what a node takes of one sender (256 KiB), so that a batch may fit whole. */
const BATCH_BYTES = 128 * 1024;
const BATCH_COUNT = 256;
/** After so long without a new block of ours, what was sent is sent again, ms. */
const SEND_AGAIN_MS = 10_000;
/** Rounds in which a used nonce may lack its transaction, while blocks change. */
const MISSING_ROUNDS = 8;

export interface LandedRecord {
  readonly line: number;
  readonly id: string;
  readonly bytes: number;
  /** Null when it was not waited for. */
  readonly block: Inclusion | null;
}

export interface RecordJob {
  readonly client: Client;
  readonly chain: ChainInfo;
  readonly signer: Signer;
  /** As the API writes it. */
  readonly sender: string;
  readonly feePerByteAtoms: bigint;
  readonly isOctets: boolean;
  /** Until all are in blocks, not only taken in. */
  readonly wait: boolean;
  readonly patience: Patience;
  readonly onProgress: (counts: { readonly sent: number; readonly landed: number }) => void;
}

interface Item {
  readonly line: number;
  readonly nonce: number;
  readonly id: string;
  readonly bytes: Uint8Array;
  readonly dataBytes: number;
}

/**
 * Yields each record when it has landed, in the order of the lines; again when a reorganisation moved it meanwhile.
 * @throws OperationError when the node refuses one for good, or nothing moves for too long
 */
export async function* sendRecords(
  job: RecordJob,
  lines: readonly RecordLine[],
): AsyncGenerator<LandedRecord, void, void> {
  const { client, patience, sender } = job;
  const first = (await patience.outlast(() => client.account(sender))).pendingNonce;
  const items = lines.map((line, i) => sign(job, line, first + i));
  const blocks = new Map<string, Inclusion>();
  let [sent, landed, missing] = [0, 0, 0];
  /** The account's nonce when the node had no more room. */
  let fullAt: number | null = null;
  let movedMs = performance.now();
  const isDone = (): boolean => (job.wait ? landed : sent) === items.length;

  for (;;) {
    const { nonce } = await patience.outlast(() => client.account(sender));
    const before = landed;
    for (; landed < items.length && items[landed]!.nonce < nonce; landed++) {
      const item = items[landed]!;
      const block = (await patience.outlast(() => findTransaction(client, item.id)))?.block ?? null;
      if (block === null) break;
      blocks.set(item.id, block);
      if (job.wait) yield { line: item.line, id: item.id, bytes: item.dataBytes, block };
    }
    missing = landed < items.length && items[landed]!.nonce < nonce ? missing + 1 : 0;
    if (missing > MISSING_ROUNDS) throw nonceTaken(items[landed]!);
    sent = Math.max(sent, landed);
    if (landed > before) {
      movedMs = performance.now();
      patience.reset();
    } else if (performance.now() - movedMs > SEND_AGAIN_MS && missing === 0) {
      [sent, fullAt, movedMs] = [landed, null, performance.now()];
    }
    if (sent < items.length && fullAt !== nonce) {
      const taken = await sendBatch(job, items.slice(sent));
      if (!job.wait) for (const item of items.slice(sent, sent + taken.count)) yield sentOnly(item);
      sent += taken.count;
      fullAt = taken.isFull ? nonce : null;
      if (taken.count > 0) patience.reset();
    }
    job.onProgress({ sent, landed });
    if (isDone()) break;
    if (fullAt !== null || sent === items.length) await patience.pause();
  }
  if (job.wait) yield* followMoves(job, items, blocks);
}

function sentOnly({ line, id, dataBytes }: Item): LandedRecord {
  return { line, id, bytes: dataBytes, block: null };
}

function sign(
  { chain, signer, feePerByteAtoms, isOctets }: RecordJob,
  { line, data }: RecordLine,
  nonce: number,
): Item {
  const { id, bytes } = buildRecord({
    chainId: hashOf(chain.id),
    seed: signer.seed,
    nonce,
    minFeePerByteAtoms: feePerByteAtoms,
    record: { mediaType: isOctets ? 1 : 0, data },
  });
  return { line, nonce, id: toHex(id), bytes, dataBytes: data.length };
}

/** @returns how many of the first items the node has now, and whether it wants no more for the moment */
async function sendBatch(job: RecordJob, items: readonly Item[]): Promise<{ count: number; isFull: boolean }> {
  const batch = cutBatch(items);
  const { results } = await job.patience.outlast(() =>
    job.client.submitBytes(encodeParts(batch.map(({ bytes }) => bytes))),
  );
  for (const [i, outcome] of results.entries()) {
    if ("id" in outcome) continue;
    const { code, message } = outcome.error;
    const item = batch[i]!;
    if (code === "tx-known" || (code === "tx-nonce-used" && (await isOnChain(job, item)))) continue;
    if (code === "tx-sender-full" || code === "tx-nonce-gap") return { count: i, isFull: true };
    if (code === "tx-nonce-used") throw nonceTaken(item);
    throw new OperationError(code, `line ${item.line} is refused: ${message}`);
  }
  return { count: results.length, isFull: false };
}

function cutBatch(items: readonly Item[]): readonly Item[] {
  let sizeBytes = 0;
  const end = items.findIndex(({ bytes }, i) => {
    sizeBytes += bytes.length;
    return i > 0 && (i >= BATCH_COUNT || sizeBytes > BATCH_BYTES);
  });
  return end < 0 ? items : items.slice(0, end);
}

async function isOnChain({ client, patience }: RecordJob, { id }: Item): Promise<boolean> {
  return (await patience.outlast(() => findTransaction(client, id))) !== null;
}

/** A block in which records landed may have lost its place meanwhile; then they are looked for again. */
async function* followMoves(
  job: RecordJob,
  items: readonly Item[],
  blocks: Map<string, Inclusion>,
): AsyncGenerator<LandedRecord, void, void> {
  const { client, patience } = job;
  for (;;) {
    const heights = new Map([...blocks.values()].map(({ height, hash }) => [height, hash]));
    const stale = new Set<string>();
    for (const [height, hash] of heights) if (!(await isBlockAt(job, height, hash))) stale.add(hash);
    const moved = items.filter(({ id }) => stale.has(blocks.get(id)?.hash ?? ""));
    if (moved.length === 0) return;
    for (const item of moved) {
      let block: Inclusion | null = null;
      while (block === null) {
        block = (await patience.outlast(() => findTransaction(client, item.id)))?.block ?? null;
        if (block === null) await patience.pause();
      }
      blocks.set(item.id, block);
      yield { line: item.line, id: item.id, bytes: item.dataBytes, block };
    }
  }
}

async function isBlockAt({ client, patience }: RecordJob, height: number, hash: string): Promise<boolean> {
  try {
    return (await patience.outlast(() => client.block(height))).hash === hash;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return false;
    throw error;
  }
}

function nonceTaken({ line, nonce }: Item): OperationError {
  return new OperationError(
    "nonce-taken",
    `line ${line} has not landed: nonce ${nonce} of the account was used by another transaction. Send the rest with --first-line ${line}`,
  );
}
