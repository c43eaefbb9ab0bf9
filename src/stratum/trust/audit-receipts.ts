/** Whether the shares that a miner holds receipts for stand in the log (rule AUDIT-5). */
import { equalBytes, toHex } from "#base";
import type { AuditSource, Finding } from "./audit-source.ts";
import type { Receipt } from "./receipt.ts";
import { isIncluded, leafHash } from "./share-log.ts";
import { encodeSignedTreeHead, type SignedTreeHead } from "./tree-head.ts";

/** @returns "included", "waiting" for a larger head, or what is wrong */
export async function auditReceipt(
  source: AuditSource,
  receipt: Receipt,
  heads: readonly SignedTreeHead[],
): Promise<"included" | "waiting" | Finding> {
  const { round, leaf } = receipt.record;
  const covering = heads.find(({ size }) => size > leaf);
  const last = heads.find(({ final }) => final);
  const evidence = { receipt: toHex(receipt.signature) + toHex(receipt.recordBytes) };
  if (covering === undefined) {
    if (last === undefined) return "waiting";
    const text = `the receipt's share ${leaf} is beyond the end of the round, which has ${last.size}`;
    const head = toHex(encodeSignedTreeHead(last));
    return { severity: "proof", code: "share-dropped", text, round, evidence: { ...evidence, head } };
  }
  const { root, size } = covering;
  const head = toHex(encodeSignedTreeHead(covering));
  const proof = await source.inclusionProof(round, leaf, size);
  if (proof !== null && isIncluded(root, size, leaf, leafHash(receipt.recordBytes), proof)) return "included";
  const [other] = await source.records(round, leaf, 1);
  const isOther = other !== undefined && !equalBytes(other, receipt.recordBytes);
  if (isOther && proof !== null && isIncluded(root, size, leaf, leafHash(other), proof)) {
    const text = `the pool signed that share ${leaf} is this one, and signed a log in which it is another`;
    const path = proof.map(toHex).join("");
    return {
      severity: "proof",
      code: "share-dropped",
      text,
      round,
      evidence: { ...evidence, head, other: toHex(other), path },
    };
  }
  const text = `the pool cannot prove that share ${leaf} is in its log`;
  return { severity: "wrong", code: "share-unproved", text, round, evidence: { ...evidence, head } };
}
