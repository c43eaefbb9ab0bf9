/** Whether the pool keeps to the miner's threshold: not below it, and not long after (rule AUDIT-11). */
import { equalBytes, toHex } from "#base";
import { checkThresholdOrder } from "#model";
import { type Earnings, OVERDUE_BLOCKS } from "./audit-earnings.ts";
import type { AuditedPayouts } from "./audit-payouts.ts";
import type { AuditChain, AuditedPayout, AuditRequest, Finding } from "./audit-source.ts";
import { encodeTakenThreshold, isThresholdTaken, type TakenThreshold } from "./taken-threshold.ts";

/** What the clocks of a miner and its pool may differ by (rule THRESHOLD-3). */
const CLOCKS_MS = 600_000;

interface Context {
  readonly chain: AuditChain;
  readonly request: AuditRequest;
  readonly earnings: Earnings;
  readonly heights: AuditedPayouts["heights"];
  /** Of the miner, the newest first. */
  readonly orders: readonly TakenThreshold[];
}

export async function auditThresholds(
  chain: AuditChain,
  request: AuditRequest,
  earnings: Earnings,
  heights: AuditedPayouts["heights"],
): Promise<Finding[]> {
  const { thresholdOrders } = earnings.account;
  const orders = thresholdOrders
    .filter((taken) => isOwn(request, taken))
    .toSorted((a, b) => b.order.timeMs - a.order.timeMs);
  const context = { chain, request, earnings, heights, orders };
  const forged = thresholdOrders.filter((taken) => !orders.includes(taken));
  return [
    ...forged.map((taken) => wrong("threshold-forged", "you never gave the pool this order", evidenceOf(taken))),
    ...auditOrders(context),
    ...auditEarly(context),
    ...(await auditLate(context)),
    ...(await auditOverdue(context)),
  ];
}

function isOwn({ chainId, poolKey, address }: AuditRequest, taken: TakenThreshold): boolean {
  const { order } = taken;
  return (
    equalBytes(order.address, address) &&
    equalBytes(order.poolKey, poolKey) &&
    checkThresholdOrder(chainId, order).ok &&
    isThresholdTaken(chainId, taken, poolKey)
  );
}

function auditOrders({ request, earnings: { account }, orders }: Context): Finding[] {
  const [newest] = orders;
  const findings: Finding[] = [];
  const wanted = newest?.order.thresholdAtoms ?? null;
  if (newest !== undefined && wanted !== null && wanted !== account.thresholdAtoms) {
    const text = `you have set ${wanted} atoms, and the pool pays from ${account.thresholdAtoms}`;
    findings.push(wrong("threshold-ignored", text, evidenceOf(newest)));
  }
  const forgotten = request.knownThresholds.find(
    (kept) => isOwn(request, kept) && kept.order.timeMs > (newest?.order.timeMs ?? -1),
  );
  if (forgotten !== undefined) {
    const text = "the pool has signed that it took an order of yours, and does not show it";
    findings.push(wrong("threshold-ignored", text, evidenceOf(forgotten)));
  }
  return findings;
}

function auditEarly({ earnings: { account }, orders }: Context): Finding[] {
  return account.payouts.flatMap((payout): Finding[] => {
    const inForce = thresholdsIn(orders, payout.createdMs, payout.createdMs);
    const least = inForce.reduce((low, each) => (low === null || each === null || each < low ? each : low));
    const gross = grossOf(payout);
    if (least === null || gross >= least) return [];
    const text = `${gross} atoms were paid, and your threshold was ${least}`;
    return [wrong("payout-early", text, paymentEvidence(payout, orders))];
  });
}

/** What was due long before each payout, and not yet paid, was below the threshold. */
async function auditLate({ chain, request, earnings, heights, orders }: Context): Promise<Finding[]> {
  const { account } = earnings;
  const findings: Finding[] = [];
  let before = account.paidAtoms + account.payingAtoms;
  for (const payout of account.payouts) {
    before -= grossOf(payout);
    const height = heights.get(toHex(payout.transaction));
    const since = height === undefined ? -1 : height - OVERDUE_BLOCKS;
    if (since < 0) continue;
    const newer = dueAfter(earnings, since, request.maturityBlocks);
    if (newer === null) break;
    const rest = account.earnedAtoms - newer - before;
    if (!orders.some(({ order }) => order.thresholdAtoms !== null && order.thresholdAtoms <= rest)) continue;
    const threshold = mostOf(thresholdsIn(orders, await chain.timeMsAt(since), payout.createdMs), null);
    if (threshold === null || rest < threshold) continue;
    const text = `${rest} atoms were due more than ${OVERDUE_BLOCKS} blocks before they were paid, your threshold being ${threshold}`;
    const evidence = paymentEvidence(payout, orders);
    findings.push({ severity: "suspicion", code: "payout-late", text, evidence });
  }
  return findings;
}

async function auditOverdue({ chain, request, earnings, heights, orders }: Context): Promise<Finding[]> {
  const { account } = earnings;
  const since = (await chain.headHeight()) - OVERDUE_BLOCKS;
  if (since < 0) return [];
  const sinceMs = await chain.timeMsAt(since);
  const stuck = account.payouts.find(
    ({ isConfirmed, transaction, createdMs }) =>
      !isConfirmed && createdMs < sinceMs && !heights.has(toHex(transaction)),
  );
  if (stuck !== undefined) {
    const text = `a payout that was signed more than ${OVERDUE_BLOCKS} blocks ago is not in the chain`;
    return [wrong("payout-overdue", text, paymentEvidence(stuck, orders))];
  }
  const newer = dueAfter(earnings, since, request.maturityBlocks);
  if (newer === null || account.payingAtoms > 0n) return [];
  const rest = account.owedAtoms - newer;
  const [newest] = orders;
  // Of an order that is in force, what the pool has for everybody is not known.
  const preset = (newest?.order.thresholdAtoms ?? null) === null ? account.thresholdAtoms : null;
  const threshold = mostOf(thresholdsIn(orders, sinceMs, Number.POSITIVE_INFINITY), preset);
  if (threshold === null || rest < threshold) return [];
  const text = `${rest} atoms have been due for more than ${OVERDUE_BLOCKS} blocks, and the threshold is ${threshold}`;
  return [wrong("payout-overdue", text, newest === undefined ? {} : evidenceOf(newest))];
}

/** In force at some time between the two, allowing for clocks that differ; null: what the pool has for everybody. */
function thresholdsIn(orders: readonly TakenThreshold[], fromMs: number, toMs: number): (bigint | null)[] {
  const within = orders.filter(({ order }) => order.timeMs <= toMs + CLOCKS_MS);
  const first = within.findIndex(({ order }) => order.timeMs <= fromMs - CLOCKS_MS);
  const relevant = first < 0 ? within : within.slice(0, first + 1);
  return [...relevant.map(({ order }) => order.thresholdAtoms), ...(first < 0 ? [null] : [])];
}

/** @returns null where one of them is not known */
function mostOf(thresholds: readonly (bigint | null)[], preset: bigint | null): bigint | null {
  return thresholds
    .map((each) => each ?? preset)
    .reduce((most, each) => (most === null || each === null ? null : each > most ? each : most));
}

/** What became due after this height, or may have. @returns null where the credits shown do not reach so far back */
function dueAfter({ credits, isWhole }: Earnings, height: number, maturityBlocks: number): bigint | null {
  const dueHeight = ({ kind, height: of }: Earnings["credits"][number]): number =>
    of === null ? Number.POSITIVE_INFINITY : of + (kind === "block" ? maturityBlocks : 0);
  if (!isWhole && !credits.some((credit) => dueHeight(credit) <= height)) return null;
  return credits
    .filter((credit) => credit.state === "confirmed" && dueHeight(credit) > height)
    .reduce((sum, { amountAtoms }) => sum + amountAtoms, 0n);
}

function grossOf({ amountAtoms, costAtoms }: AuditedPayout): bigint {
  return amountAtoms + costAtoms;
}

function wrong(code: Finding["code"], text: string, evidence: Finding["evidence"]): Finding {
  return { severity: "wrong", code, text, evidence };
}

function evidenceOf(taken: TakenThreshold): Finding["evidence"] {
  return { order: toHex(encodeTakenThreshold(taken)) };
}

/** The payout, and the order that stood when it was signed. */
function paymentEvidence(payout: AuditedPayout, orders: readonly TakenThreshold[]): Finding["evidence"] {
  const standing = orders.find(({ order }) => order.timeMs <= payout.createdMs) ?? orders[0];
  return { transaction: toHex(payout.transaction), ...(standing === undefined ? {} : evidenceOf(standing)) };
}
