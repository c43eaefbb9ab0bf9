/** Rounds of a pool, and what an audit reads of them, as the wire has them. */
import type { PoolAccount, PoolRound, PoolRoundLine, PoolStatement } from "#api/contract";
import { toHex } from "#base";
import { formatAddress } from "#crypto";
import type { AuditedAccount, RoundBlock, RoundLine, RoundView, SignedStatement } from "#stratum";
import { showAtoms, showTaken } from "./show-pool.ts";

export function showRoundLine(round: RoundLine): PoolRoundLine {
  const { id, scheme, feePpm, windowBlocks, startedMs, endedMs, shares, effort } = round;
  return {
    ...{ id, scheme, feePpm, windowBlocks, startedMs, endedMs, shares, effort },
    work: String(round.work),
    block: round.block === null ? null : showBlock(round.block),
  };
}

function showBlock(block: RoundBlock): NonNullable<PoolRoundLine["block"]> {
  const { id, height, state, foundMs, finder, refused } = block;
  return {
    ...{ hash: id, height, state, foundMs, finder, refused },
    reward: showAtoms(block.rewardAtoms),
    fee: showAtoms(block.feeAtoms),
    poolPart: showAtoms(block.poolAtoms),
    totalWork: showAtoms(block.totalWork),
  };
}

export function showRound(round: RoundView): PoolRound {
  return {
    ...showRoundLine(round),
    miners: round.miners,
    heads: round.heads.map((head) => ({ ...head })),
    parts: round.parts.map(({ address, work, amountAtoms }) => ({
      ...{ address, work: String(work) },
      amount: showAtoms(amountAtoms),
    })),
  };
}

export function showStatement(statement: SignedStatement, prefix: string): PoolStatement {
  const { round, terms, block, height, credits } = statement;
  return {
    ...{ round, ...terms, height },
    block: toHex(block),
    reward: String(statement.rewardAtoms),
    poolPart: String(statement.poolAtoms),
    credits: credits.map(({ address, work, amountAtoms }) => ({
      address: formatAddress(address, prefix),
      work: String(work),
      amount: String(amountAtoms),
    })),
    signature: toHex(statement.signature),
  };
}

export function showAccount(account: AuditedAccount): PoolAccount {
  return {
    owed: String(account.owedAtoms),
    paying: String(account.payingAtoms),
    paid: String(account.paidAtoms),
    earned: String(account.earnedAtoms),
    threshold: String(account.thresholdAtoms),
    thresholdOrders: account.thresholdOrders.map(showTaken),
    payouts: account.payouts.map(({ transaction, amountAtoms, costAtoms, isConfirmed, createdMs }) => ({
      transaction: toHex(transaction),
      amount: String(amountAtoms),
      cost: String(costAtoms),
      ...{ confirmed: isConfirmed, createdMs },
    })),
  };
}
