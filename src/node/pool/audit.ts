/** A miner's audit of its pool: receipts, logs, divisions and payouts, held against each other and against a node. */
import type { Client, PoolInfo } from "#api/contract";
import { asHash, asKey, type Key, OperationError, toHex } from "#base";
import {
  type AuditReport,
  auditPool as auditParts,
  decodeReceipt,
  decodeSignedTreeHead,
  decodeTakenThreshold,
  encodeSignedTreeHead,
  type SignedTreeHead,
} from "#stratum";
import { createAuditChain, createAuditSource, readAddress, readBytes } from "./audit-source.ts";

export interface AuditOptions {
  readonly pool: Client;
  /** One that the miner trusts, rather its own. */
  readonly node: Client;
  readonly address: string;
  /** Hex, kept by the miner; what the pool gives now is added. */
  readonly receipts: readonly string[];
  /** Hex of heads kept from earlier audits. */
  readonly heads: readonly string[];
  /** Hex of orders about thresholds, kept with the pool's word that it took them. */
  readonly thresholds: readonly string[];
  /** Hex; null: that of the first receipt kept, else what the pool says now. */
  readonly key: string | null;
  /** So many of the newest rounds are recomputed as a whole. */
  readonly rounds: number;
}

export interface PoolAudit {
  readonly pool: PoolInfo;
  readonly key: string;
  /** Where the key is from, which is what the rest hangs on. */
  readonly keyFrom: "given" | "receipts" | "pool";
  readonly report: Omit<AuditReport, "heads">;
  /** To be kept. */
  readonly receipts: readonly string[];
  readonly heads: readonly string[];
}

const PAGE = 500;
/** Of one audit: some ten days of a share every ten seconds. */
const MOST_RECEIPTS = 100_000;

export async function auditPool(options: AuditOptions): Promise<PoolAudit> {
  const { pool, node, address } = options;
  const [info, status] = await Promise.all([pool.pool.status(), node.status()]);
  if (status.chain.id !== info.chain.id)
    throw new OperationError(
      "other-chain",
      `the pool is on ${info.chain.name}, and the node on ${status.chain.name}: give a node of the pool's chain with --node`,
    );
  const prefix = status.chain.addressPrefix;
  const receipts = [...new Set([...options.receipts, ...(await loadReceipts(pool, address))])];
  const { key, keyFrom } = chooseKey(options, info);
  const report = await auditParts(
    createAuditSource(pool.pool, key, prefix),
    createAuditChain(node, info.address, prefix),
    {
      chainId: asHash(readBytes(status.chain.id, 32)),
      poolKey: key,
      address: readAddress(address, prefix),
      receipts: receipts.map((text) => readBytes(text)),
      knownHeads: options.heads.flatMap(readHead),
      knownThresholds: options.thresholds.flatMap((text) => decodeTakenThreshold(readBytes(text)) ?? []),
      maturityBlocks: status.chain.maturityBlocks,
      rounds: await newestRounds(pool, options.rounds),
    },
  );
  const { heads, ...rest } = report;
  const kept = [...new Set([...options.heads, ...heads.map((head) => toHex(encodeSignedTreeHead(head)))])];
  return { pool: info, key: toHex(key), keyFrom, report: rest, receipts, heads: kept };
}

async function loadReceipts({ pool }: Client, address: string): Promise<string[]> {
  const receipts: string[] = [];
  let after: string | undefined;
  do {
    const page = await pool.receipts({ address, limit: PAGE, ...(after === undefined ? {} : { after }) });
    receipts.push(...page.items.map(({ receipt }) => receipt));
    after = page.next ?? undefined;
  } while (after !== undefined && receipts.length < MOST_RECEIPTS);
  return receipts;
}

function chooseKey({ key, receipts }: AuditOptions, info: PoolInfo): { key: Key; keyFrom: PoolAudit["keyFrom"] } {
  if (key !== null) return { key: asKey(readBytes(key, 32)), keyFrom: "given" };
  const first = receipts[0] === undefined ? null : decodeReceipt(readBytes(receipts[0]));
  if (first !== null) return { key: first.record.poolKey, keyFrom: "receipts" };
  return { key: asKey(readBytes(info.key, 32)), keyFrom: "pool" };
}

async function newestRounds({ pool }: Client, count: number): Promise<number[]> {
  if (count === 0) return [];
  return (await pool.rounds({ limit: Math.min(100, count) })).items
    .filter(({ shares }) => shares > 0)
    .map(({ id }) => id);
}

/** What is no head is none of this pool's. */
function readHead(text: string): SignedTreeHead[] {
  const head = decodeSignedTreeHead(readBytes(text));
  return head === null ? [] : [head];
}
