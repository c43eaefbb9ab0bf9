/** Whether what the account earned is what the signed statements say, all of it (rule AUDIT-10). */
import { type Address, equalBytes, toHex } from "#base";
import type { AuditChain, AuditedAccount, AuditedCredit, AuditRequest, AuditSource, Finding } from "./audit-source.ts";
import type { SignedStatement } from "./statement.ts";

export interface Earnings {
  readonly account: AuditedAccount;
  /** The newest first. */
  readonly credits: readonly AuditedCredit[];
  /** Whether these are all. */
  readonly isWhole: boolean;
}

/** Blocks after which who is due must be in a payout that is in the chain (rule PAYOUT-10). */
export const OVERDUE_BLOCKS = 100;
const MOST_PAGES = 10;
const MOST_TRIES = 5;

/** @returns null for an address that nothing was counted for */
export async function loadEarnings(source: AuditSource, address: Address): Promise<Earnings | null> {
  let account = await source.account(address);
  for (let tries = 1; account !== null; tries++) {
    const { credits, isWhole } = await loadCredits(source, address);
    const after = await source.account(address);
    // The pool goes on meanwhile: what belongs to two moments would not add up.
    if (after?.earnedAtoms === account.earnedAtoms || tries === MOST_TRIES)
      return { account: after ?? account, credits, isWhole };
    account = after;
  }
  return null;
}

async function loadCredits(source: AuditSource, address: Address): Promise<Omit<Earnings, "account">> {
  const credits: AuditedCredit[] = [];
  let before: number | null = null;
  for (let page = 0; page < MOST_PAGES; page++) {
    const { items, next } = await source.credits(address, before);
    credits.push(...items);
    if (next === null) return { credits, isWhole: true };
    before = next;
  }
  return { credits, isWhole: false };
}

export async function auditEarnings(
  chain: AuditChain,
  request: AuditRequest,
  { account, credits, isWhole }: Earnings,
  statements: readonly SignedStatement[],
): Promise<Finding[]> {
  const findings: Finding[] = [];
  const found = (code: Finding["code"], text: string, of?: SignedStatement): void => {
    const evidence = of === undefined ? {} : { block: toHex(of.block), signature: toHex(of.signature) };
    findings.push({ severity: "wrong", code, text, ...(of === undefined ? {} : { round: of.round }), evidence });
  };
  const sum = credits
    .filter(({ state }) => state === "confirmed")
    .reduce((total, { amountAtoms }) => total + amountAtoms, 0n);
  if (isWhole && sum !== account.earnedAtoms)
    found("balance-differs", `credits of ${sum} atoms are shown, ${account.earnedAtoms} are said to be earned`);
  const oldest = isWhole ? 0 : (credits.at(-1)?.round ?? Number.POSITIVE_INFINITY);
  for (const statement of statements) {
    if (statement.round < oldest) continue;
    const mine = statement.credits.find((credit) => equalBytes(credit.address, request.address))?.amountAtoms ?? 0n;
    const credit = credits.find(({ kind, round }) => kind !== "withdrawal" && round === statement.round);
    const shown = credit?.amountAtoms ?? 0n;
    if (shown !== mine) {
      found("balance-differs", `the signed division gives ${mine} atoms, the account shows ${shown}`, statement);
      continue;
    }
    if (credit === undefined || credit.state === "confirmed") continue;
    const isDeep =
      statement.height + request.maturityBlocks + OVERDUE_BLOCKS <= (await chain.headHeight()) &&
      (await chain.block(statement.block))?.canonical === true;
    if (isDeep) found("credit-withheld", `${mine} atoms of a block that is deep in the chain are not owed`, statement);
  }
  return findings;
}
