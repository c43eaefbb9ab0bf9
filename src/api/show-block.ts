/** Blocks as the wire has them. */

import type { Block, BlockReference, BlockSummary, TransactionPage, Work } from "#api/contract";
import { equalBytes, toHex } from "#base";
import { formatAddress } from "#crypto";
import type { BlockMoney, BlockPoint, BlockRecord, ChainView, WorkFacts } from "./ports.ts";
import { showDraw, showVotes } from "./show-draw.ts";

const HASHES_OF_DIFFICULTY_1 = 2 ** 32;
const NO_MONEY: BlockMoney = { feesAtoms: 0n, credits: [] };

export function showPoint({ height, id }: BlockPoint): BlockReference {
  return { height, hash: toHex(id) };
}

export function pointOf({ id, header }: BlockRecord): BlockPoint {
  return { height: header.height, id };
}

export async function showBlockSummary(chain: ChainView, record: BlockRecord): Promise<BlockSummary> {
  const { header } = record;
  const money = (await chain.money(record.id)) ?? NO_MONEY;
  return {
    height: header.height,
    hash: toHex(record.id),
    parent: toHex(header.parent),
    timeMs: header.timeMs,
    proposer: formatAddress(header.proposer, chain.spec.addressPrefix),
    transactionCount: record.transactionCount,
    sizeBytes: record.sizeBytes,
    fees: String(money.feesAtoms),
    reward: String(money.credits.reduce((sum, { amountAtoms }) => sum + amountAtoms, 0n)),
  };
}

export async function showBlock(chain: ChainView, record: BlockRecord, transactions: TransactionPage): Promise<Block> {
  const { header } = record;
  const { height } = header;
  const head = chain.head().header.height;
  const canonical = await isCanonical(chain, record);
  const next = canonical ? await chain.blockAt(height + 1) : null;
  const money = (await chain.money(record.id)) ?? NO_MONEY;
  const work = chain.work(header);
  return {
    ...(await showBlockSummary(chain, record)),
    version: header.version,
    bodyRoot: toHex(header.bodyRoot),
    stateRoot: toHex(header.stateRoot),
    claim: toHex(header.claim),
    seal: toHex(header.seal),
    weight: String(record.weight),
    work: work === null ? null : showWork(work),
    draw: showDraw(chain, record),
    votes: showVotes(chain, record),
    credits: money.credits.map(({ to, amountAtoms, reason }) => ({
      to: formatAddress(to, chain.spec.addressPrefix),
      amount: String(amountAtoms),
      reason,
      spendableAtHeight: reason === "voter-pool" ? null : height + chain.spec.rewards.maturityBlocks,
    })),
    canonical,
    depth: canonical ? Math.max(0, head - height) : null,
    finalized: canonical && height <= chain.finalized().height,
    next: next === null ? null : toHex(next.id),
    transactions,
  };
}

export async function isCanonical(chain: ChainView, record: BlockRecord): Promise<boolean> {
  const there = await chain.blockAt(record.header.height);
  return there !== null && equalBytes(there.id, record.id);
}

export function showWork({ bits, target, expectedHashes }: WorkFacts): Work {
  return {
    bits: bits.toString(16).padStart(8, "0"),
    target: target.toString(16).padStart(64, "0"),
    difficulty: Number(expectedHashes) / HASHES_OF_DIFFICULTY_1,
    expectedHashes: String(expectedHashes),
  };
}
