/** Whether a block was divided as the log and the published terms say (rules AUDIT-7 and AUDIT-8). */
import { equalBytes, toHex } from "#base";
import { sha256d } from "#crypto";
import type { AuditChain, AuditRequest, Finding } from "./audit-source.ts";
import { cutWindow, divideReward, mergeWork, ppsAtoms, ppsValue } from "./schemes.ts";
import type { ShareRecord } from "./share-record.ts";
import { blockWorkOf } from "./share-work.ts";
import type { Credit } from "./split.ts";
import { sumOf } from "./split.ts";
import { creditsRoot, isStatementSigned, type SignedStatement } from "./statement.ts";

/** Records of a round in the order of the log, or null when the pool no longer has them. */
export type LoadRound = (round: number) => Promise<readonly ShareRecord[] | null>;

export interface AuditedCredits {
  readonly findings: readonly Finding[];
  /** Whether the auditor's node knows the block; null where it was not asked. */
  readonly isBlockKnown: boolean | null;
}

export async function auditCredits(
  chain: AuditChain,
  request: AuditRequest,
  statement: SignedStatement,
  loadRound: LoadRound,
): Promise<AuditedCredits> {
  const { round, block, rewardAtoms } = statement;
  const evidence = { block: toHex(block), signature: toHex(statement.signature) };
  const found = (code: Finding["code"], text: string): Finding => ({ severity: "wrong", code, text, round, evidence });
  if (!isStatementSigned(request.chainId, statement, request.poolKey))
    return unasked([found("statement-unsigned", "the division of the round is not signed by the pool")]);
  const records = await loadRound(round);
  if (records === null) return unasked([]);
  const last = records.at(-1);
  if (last === undefined || !equalBytes(sha256d(last.header), block))
    return unasked([found("statement-block", "the block is not the last share of its round")]);
  const findings: Finding[] = [];
  const seen = await chain.block(block);
  const isBlockKnown = seen !== null;
  if (seen !== null && seen.rewardAtoms !== rewardAtoms)
    findings.push(found("statement-reward", `the chain gave ${seen.rewardAtoms}, the pool divides ${rewardAtoms}`));
  const expected = await recompute(statement, records, loadRound);
  if (expected === null) return { findings, isBlockKnown };
  const isSame = equalBytes(creditsRoot(expected.credits), creditsRoot(statement.credits));
  if (!isSame || expected.poolAtoms !== statement.poolAtoms)
    findings.push(found("credits-differ", describeDifference(request, expected.credits, statement)));
  return { findings, isBlockKnown };
}

function unasked(findings: readonly Finding[]): AuditedCredits {
  return { findings, isBlockKnown: null };
}

async function recompute(
  { terms, rewardAtoms }: SignedStatement,
  records: readonly ShareRecord[],
  loadRound: LoadRound,
): Promise<{ readonly credits: readonly Credit[]; readonly poolAtoms: bigint } | null> {
  const last = records.at(-1)!;
  if (terms.scheme === "pps") return { credits: buy(terms, records), poolAtoms: rewardAtoms };
  const limit = BigInt(terms.windowBlocks) * blockWorkOf(last.header)!;
  const window = terms.scheme === "pplns" ? await loadWindow(last.round, limit, loadRound) : [];
  if (window === null) return null;
  return divideReward(terms, rewardAtoms, { round: mergeWork(records), window, finder: last.address });
}

function buy(terms: SignedStatement["terms"], records: readonly ShareRecord[]): Credit[] {
  const values = records.map((record) => ({
    address: record.address,
    work: ppsValue(terms, { ...record, blockWork: blockWorkOf(record.header)! }),
  }));
  const works = new Map(mergeWork(records).map(({ address, work }) => [toHex(address), work]));
  return mergeWork(values)
    .map(({ address, work: value }) => ({
      address,
      work: works.get(toHex(address))!,
      amountAtoms: ppsAtoms(value),
    }))
    .toSorted((a, b) => (toHex(a.address) < toHex(b.address) ? -1 : 1));
}

async function loadWindow(round: number, limit: bigint, loadRound: LoadRound): Promise<ShareRecord[] | null> {
  const window: ShareRecord[] = [];
  let left = limit;
  for (let at = round; at >= 1 && left > 0n; at--) {
    const records = await loadRound(at);
    if (records === null) return null;
    for (const record of cutWindow(records.toReversed(), left)) {
      window.push(record);
      left -= record.work;
    }
  }
  return window;
}

function describeDifference(
  { address }: AuditRequest,
  expected: readonly Credit[],
  { credits, poolAtoms, rewardAtoms }: SignedStatement,
): string {
  const amountOf = (list: readonly Credit[]): bigint =>
    list.find((credit) => equalBytes(credit.address, address))?.amountAtoms ?? 0n;
  const own = `yours is ${amountOf(credits)} and should be ${amountOf(expected)} atoms`;
  const sum = sumOf(credits) + poolAtoms;
  return sum === rewardAtoms ? own : `${own}; together ${sum} of ${rewardAtoms} atoms are given out`;
}
