/** From outside: did this pool count my shares, divide its blocks as it says, and pay me? (rules AUDIT-3 to AUDIT-11) */
import { equalBytes } from "#base";
import { auditCredits, type LoadRound } from "./audit-credits.ts";
import { auditEarnings, loadEarnings } from "./audit-earnings.ts";
import { auditHeads, auditLink } from "./audit-heads.ts";
import { auditLog } from "./audit-log.ts";
import { auditPayouts } from "./audit-payouts.ts";
import { auditReceipt } from "./audit-receipts.ts";
import type { AuditChain, AuditReport, AuditRequest, AuditSource, Finding } from "./audit-source.ts";
import { auditThresholds } from "./audit-thresholds.ts";
import { decodeReceipt, isReceiptSigned, type Receipt } from "./receipt.ts";
import type { ShareRecord } from "./share-record.ts";
import { isStatementSigned, type SignedStatement } from "./statement.ts";
import type { SignedTreeHead } from "./tree-head.ts";

/** Changes nothing; asks `source` and `chain` only, and throws only what they throw. */
export async function auditPool(source: AuditSource, chain: AuditChain, request: AuditRequest): Promise<AuditReport> {
  const findings: Finding[] = [];
  const receipts = request.receipts.flatMap((bytes) => ownReceipt(bytes, request) ?? []);
  const rounds = [...new Set([...receipts.map(({ record }) => record.round), ...request.rounds])].sort((a, b) => a - b);
  // Before the heads: a round that ends while it is audited would else have a statement, and no head with its last share.
  const shown = await loadStatements(source, rounds);
  const headsOf = new Map<number, readonly SignedTreeHead[]>();
  for (const round of rounds) {
    const audited = await auditHeads(source, request, round);
    headsOf.set(round, audited.heads);
    findings.push(...audited.findings);
    const last = headsOf.get(round - 1)?.findLast(({ final }) => final);
    const next = audited.heads.at(-1);
    const broken = last === undefined || next === undefined ? null : auditLink(last, next);
    if (broken !== null) findings.push(broken);
  }

  let waiting = 0;
  for (const receipt of receipts) {
    const result = await auditReceipt(source, receipt, headsOf.get(receipt.record.round)!);
    if (result === "waiting") waiting++;
    else if (result !== "included") findings.push(result);
  }

  const logs = createLogLoader(source, request, headsOf, findings);
  const divisions = await auditDivisions(chain, request, rounds, { shown, load: logs.load, findings });
  const earnings = await loadEarnings(source, request.address);
  if (earnings !== null) {
    const payouts = await auditPayouts(chain, request, earnings.account);
    findings.push(...payouts.findings);
    findings.push(...(await auditEarnings(chain, request, earnings, divisions.statements)));
    findings.push(...(await auditThresholds(chain, request, earnings, payouts.heights)));
  }
  return {
    findings,
    waiting,
    foreign: request.receipts.length - receipts.length,
    unavailable: logs.unavailable(),
    unknownBlocks: divisions.known.filter((isKnown) => !isKnown).length,
    checked: {
      blocks: divisions.known.length,
      receipts: receipts.length - waiting,
      rounds: rounds.length,
      shares: logs.checked(),
      credits: divisions.credits,
      payouts: earnings?.account.payouts.length ?? 0,
    },
    heads: [...headsOf.values()].flatMap((heads) => heads.at(-1) ?? []),
  };
}

interface Shown {
  readonly shown: ReadonlyMap<number, SignedStatement>;
  readonly load: LoadRound;
  /** Gets those of the divisions. */
  readonly findings: Finding[];
}

/** @returns the statements that the pool signed, how many credits they hold, and of each block asked for whether the node has it */
async function auditDivisions(
  chain: AuditChain,
  request: AuditRequest,
  rounds: readonly number[],
  { shown, load, findings }: Shown,
): Promise<{ readonly statements: SignedStatement[]; readonly known: boolean[]; readonly credits: number }> {
  const statements: SignedStatement[] = [];
  const known: boolean[] = [];
  let credits = 0;
  for (const round of rounds) {
    await load(round);
    const statement = shown.get(round);
    if (statement === undefined) continue;
    credits += statement.credits.length;
    if (isStatementSigned(request.chainId, statement, request.poolKey)) statements.push(statement);
    const audited = await auditCredits(chain, request, statement, load);
    findings.push(...audited.findings);
    if (audited.isBlockKnown !== null) known.push(audited.isBlockKnown);
  }
  return { statements, known, credits };
}

async function loadStatements(source: AuditSource, rounds: readonly number[]): Promise<Map<number, SignedStatement>> {
  const statements = new Map<number, SignedStatement>();
  for (const round of rounds) {
    const statement = await source.statement(round);
    if (statement !== null) statements.set(round, statement);
  }
  return statements;
}

function ownReceipt(bytes: Uint8Array, { chainId, poolKey, address }: AuditRequest): Receipt | null {
  const receipt = decodeReceipt(bytes);
  if (receipt === null || !equalBytes(receipt.record.address, address)) return null;
  if (!equalBytes(receipt.record.poolKey, poolKey)) return null;
  return isReceiptSigned(chainId, receipt, poolKey) ? receipt : null;
}

/** Reads and checks each round once; also rounds before those asked for, where a PPLNS window reaches into them. */
function createLogLoader(
  source: AuditSource,
  request: AuditRequest,
  headsOf: ReadonlyMap<number, readonly SignedTreeHead[]>,
  findings: Finding[],
): { readonly load: LoadRound; checked(): number; unavailable(): number[] } {
  const loaded = new Map<number, readonly ShareRecord[] | null>();
  const seen = new Set<string>();
  let checked = 0;
  const headOf = async (round: number): Promise<SignedTreeHead | undefined> => {
    const known = headsOf.get(round);
    if (known !== undefined) return known.at(-1);
    const audited = await auditHeads(source, request, round);
    findings.push(...audited.findings);
    return audited.heads.at(-1);
  };
  return {
    checked: () => checked,
    unavailable: () => [...loaded].flatMap(([round, records]) => (records === null ? round : [])),
    async load(round) {
      const known = loaded.get(round);
      if (known !== undefined) return known;
      const head = await headOf(round);
      const log = head === undefined ? null : await auditLog(source, request.poolKey, head, seen);
      findings.push(...(log?.findings ?? []));
      checked += log?.records.length ?? 0;
      loaded.set(round, log?.records ?? null);
      return log?.records ?? null;
    },
  };
}
