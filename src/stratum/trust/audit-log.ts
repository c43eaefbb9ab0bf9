/** Every share of a round: in the signed log, well formed, never twice, and worked for (rule AUDIT-6). */
import { type Address, equalBytes, type Hash, type Key, readUint, toHex } from "#base";
import { sha256d } from "#crypto";
import type { AuditSource, Finding } from "./audit-source.ts";
import { normalTail } from "./poisson.ts";
import { appendLeaf, EMPTY_FRONTIER, frontierRoot, leafHash } from "./share-log.ts";
import { decodeShareRecord, type ShareRecord } from "./share-record.ts";
import { checkShareWork } from "./share-work.ts";
import { encodeSignedTreeHead, type SignedTreeHead } from "./tree-head.ts";

const PAGE = 1_000;
/** Findings of one kind in a round; more would only repeat it. */
const MOST = 20;
/** Shares of an address below which no statistic is made. */
const LEAST_SHARES = 50;
/** One honest address in about so many is suspected. */
const SUSPICION = 1e-6;

export interface AuditedLog {
  readonly records: readonly ShareRecord[];
  readonly findings: readonly Finding[];
}

/**
 * @param seen hashes of headers in hex, over all rounds of the audit; grows
 * @returns null when the pool shows no share of the round any more
 */
export async function auditLog(
  source: AuditSource,
  poolKey: Key,
  head: SignedTreeHead,
  seen: Set<string>,
): Promise<AuditedLog | null> {
  const { round, size } = head;
  const findings: Finding[] = [];
  const records: ShareRecord[] = [];
  let frontier = EMPTY_FRONTIER;
  for (let from = 0; from < size; ) {
    const page = await source.records(round, from, Math.min(PAGE, size - from));
    if (page.length === 0 && from === 0) return null;
    if (page.length === 0) break;
    for (const bytes of page) {
      frontier = appendLeaf(frontier, leafHash(bytes));
      const record = decodeShareRecord(bytes);
      const isOwn =
        record !== null &&
        record.round === round &&
        record.leaf === frontier.size - 1 &&
        equalBytes(record.poolKey, poolKey);
      if (isOwn) records.push(record);
      const fault = isOwn ? checkRecord(record, seen) : "record-malformed";
      if (fault !== null && findings.length < MOST)
        findings.push(recordFinding(fault, round, frontier.size - 1, bytes, head));
    }
    from += page.length;
  }
  if (frontier.size !== size || !equalBytes(frontierRoot(frontier), head.root)) {
    const text = "the shares that the pool shows are not those of the log it signed";
    findings.push({ severity: "wrong", code: "log-differs", text, round, evidence: headEvidence(head) });
  }
  return { records, findings: [...findings, ...suspectInflation(records, round)] };
}

function checkRecord(record: ShareRecord, seen: Set<string>): Finding["code"] | null {
  const fault = checkShareWork(record);
  if (fault !== null) return fault;
  const name = toHex(sha256d(record.header));
  if (seen.has(name)) return "record-repeated";
  seen.add(name);
  return null;
}

const FAULT_TEXTS: Partial<Record<Finding["code"], string>> = {
  "record-malformed": "is no record of this place",
  "record-repeated": "has the same work as another",
  "work-too-low": "claims more work than its hash shows",
  "coinbase-differs": "has work that was not done on this chain's coinbase",
  "bits-malformed": "names no target",
};

function recordFinding(
  code: Finding["code"],
  round: number,
  leaf: number,
  bytes: Uint8Array,
  head: SignedTreeHead,
): Finding {
  const evidence = { ...headEvidence(head), record: toHex(bytes) };
  return { severity: "wrong", code, text: `share ${leaf} ${FAULT_TEXTS[code]}`, round, evidence };
}

/**
 * An honest share's hash lies anywhere below the target that was set before it was found. Where an address' shares lie
 * close below theirs, the claim was fitted to the hash afterwards.
 */
function suspectInflation(records: readonly ShareRecord[], round: number): Finding[] {
  const places = new Map<string, { readonly address: Address; readonly values: number[] }>();
  for (const { address, header, work } of records) {
    const entry = places.get(toHex(address)) ?? { address, values: [] };
    places.set(toHex(address), entry);
    entry.values.push(placeBelowTarget(sha256d(header), work));
  }
  return [...places].flatMap(([name, { values }]): Finding[] => {
    if (values.length < LEAST_SHARES) return [];
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const probability = normalTail((mean - 0.5) * Math.sqrt(12 * values.length));
    if (probability > SUSPICION / places.size) return [];
    const text = `shares of ${name} lie so close to their targets by chance with probability ${probability.toExponential(1)}`;
    return [{ severity: "suspicion", code: "work-inflated", text, round, evidence: { address: name } }];
  });
}

/** From 0 to 1. */
function placeBelowTarget(hash: Hash, work: bigint): number {
  return Number((readUint(hash, 0, 32) * work) >> 204n) / 2 ** 52;
}

function headEvidence(head: SignedTreeHead): { head: string } {
  return { head: toHex(encodeSignedTreeHead(head)) };
}
