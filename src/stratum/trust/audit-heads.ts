/** The signed heads of a round: each signed, each grown from the one before, none contradicting another (rules AUDIT-3, AUDIT-4). */
import { equalBytes, toHex } from "#base";
import type { AuditRequest, AuditSource, Finding } from "./audit-source.ts";
import { isConsistent } from "./share-log.ts";
import { encodeSignedTreeHead, isTreeHeadSigned, type SignedTreeHead } from "./tree-head.ts";

export async function auditHeads(
  source: AuditSource,
  request: AuditRequest,
  round: number,
): Promise<{ readonly heads: readonly SignedTreeHead[]; readonly findings: readonly Finding[] }> {
  const findings: Finding[] = [];
  const shown = await source.heads(round);
  const kept = request.knownHeads.filter((head) => head.round === round);
  const heads = [...shown, ...kept].filter((head) => {
    const isSigned = head.round === round && isTreeHeadSigned(request.chainId, head, request.poolKey);
    if (!isSigned) findings.push(finding("wrong", "head-unsigned", round, "a head is not the pool's", [head]));
    return isSigned;
  });
  heads.sort((a, b) => a.size - b.size || Number(a.final) - Number(b.final));
  for (let i = 1; i < heads.length; i++) {
    const found = await compareHeads(source, heads[i - 1]!, heads[i]!);
    if (found !== null) findings.push(found);
  }
  const last = heads.find(({ final }) => final);
  const grown = last === undefined ? undefined : heads.find(({ size }) => size > last.size);
  if (last !== undefined && grown !== undefined)
    findings.push(
      finding("proof", "log-shrunk", round, "the round ended with fewer shares than it had", [grown, last]),
    );
  return { heads, findings };
}

/** The last head of a round says what the next begins from. */
export function auditLink(last: SignedTreeHead, next: SignedTreeHead): Finding | null {
  if (!last.final || next.round !== last.round + 1 || equalBytes(next.previousRoot, last.root)) return null;
  return finding("proof", "log-forked", next.round, "a round does not follow the one before it", [last, next]);
}

async function compareHeads(source: AuditSource, a: SignedTreeHead, b: SignedTreeHead): Promise<Finding | null> {
  const { round } = a;
  if (!equalBytes(a.previousRoot, b.previousRoot))
    return finding("proof", "log-forked", round, "two heads name another round before theirs", [a, b]);
  if (a.size === b.size)
    return equalBytes(a.root, b.root)
      ? null
      : finding("proof", "log-forked", round, "two logs of one size were signed", [a, b]);
  const proof = await source.consistencyProof(round, a.size, b.size);
  if (proof !== null && isConsistent(a, b, proof)) return null;
  return finding("wrong", "log-unproved", round, "no proof shows that the log only grew", [a, b]);
}

function finding(
  severity: Finding["severity"],
  code: Finding["code"],
  round: number,
  text: string,
  heads: readonly SignedTreeHead[],
): Finding {
  const evidence = Object.fromEntries(heads.map((head, i) => [`head${i + 1}`, toHex(encodeSignedTreeHead(head))]));
  return { severity, code, text, round, evidence };
}
