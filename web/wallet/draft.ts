/** What a person typed into the send form: read, checked, and said in words. */

import type { Account, ChainInfo } from "#api/contract";
import type { Address } from "#base";
import { parseAddress } from "#crypto";
import { formatCoins, highFeeTimes, parseCoins } from "#wallet/core";

/** Canonical bytes of a transfer to one recipient. */
export const TRANSFER_BYTES = 146;

export interface DraftText {
  readonly to: string;
  readonly amount: string;
  readonly fee: string;
}

export interface Draft {
  readonly to: Address;
  readonly toText: string;
  readonly amountAtoms: bigint;
  readonly feeAtoms: bigint;
  /** How many times the least fee that is, when it is out of all proportion. */
  readonly highFeeTimes: bigint | null;
  /** Burned because the recipient is new. */
  readonly burnAtoms: bigint;
}

export interface CheckedDraft {
  /** In words, by field; a field that is empty has none. */
  readonly problems: { readonly to?: string; readonly amount?: string; readonly fee?: string };
  /** Null until everything is right. */
  readonly draft: Draft | null;
}

export interface DraftContext {
  readonly chain: ChainInfo;
  readonly sender: Account;
  /** Undefined while it is not known whether the recipient exists. */
  readonly recipient: Account | undefined;
}

export function leastFeeAtoms(chain: ChainInfo, poolRate: number): bigint {
  const perByte = BigInt(Math.ceil(Math.max(Number(chain.minFeePerByte), poolRate)));
  return perByte * BigInt(TRANSFER_BYTES);
}

export function checkDraft(text: DraftText, { chain, sender, recipient }: DraftContext): CheckedDraft {
  const address = checkAddress(text.to, chain);
  const amount = checkAmount(text.amount, chain);
  const fee = checkFee(text.fee, chain);
  const problems: { to?: string; amount?: string; fee?: string } = {};
  if (typeof address === "string") problems.to = address;
  if (typeof amount === "string") problems.amount = amount;
  if (typeof fee === "string") problems.fee = fee;
  if (address === null || typeof address === "string") return { problems, draft: null };
  if (typeof amount !== "bigint" || typeof fee !== "bigint") return { problems, draft: null };
  const burnAtoms = recipient?.exists === false ? BigInt(chain.accountBurn) : 0n;
  const total = amount + fee + burnAtoms;
  const spendable = BigInt(sender.pendingBalance);
  if (total > spendable) {
    problems.amount = `With the fee this needs ${formatCoins(total)}, but ${formatCoins(spendable)} can be spent.`;
    return { problems, draft: null };
  }
  if (recipient === undefined) return { problems, draft: null };
  const draft = {
    ...{ to: address, toText: text.to.trim(), amountAtoms: amount, feeAtoms: fee, burnAtoms },
    highFeeTimes: highFeeTimes(fee, BigInt(chain.minFeePerByte) * BigInt(TRANSFER_BYTES)),
  };
  return { problems, draft };
}

/** @returns null when nothing is typed yet, a sentence when it is no address of this chain */
function checkAddress(text: string, chain: ChainInfo): Address | string | null {
  const typed = text.trim();
  if (typed === "") return null;
  const address = parseAddress(typed, chain.addressPrefix);
  if (address.ok) return address.value;
  if (address.error.code === "address-wrong-network")
    return `Addresses of this chain begin with ${chain.addressPrefix}1; this one is of another network.`;
  if (!typed.startsWith(`${chain.addressPrefix}1`))
    return `An address of this chain begins with ${chain.addressPrefix}1.`;
  return "This is no address: a letter is wrong or missing.";
}

function checkAmount(text: string, chain: ChainInfo): bigint | string | null {
  if (text.trim() === "") return null;
  const atoms = parseCoins(text.trim());
  if (atoms === null) return "Write an amount as 12 or 0.5, with at most eight decimals.";
  if (atoms < BigInt(chain.minOutput)) return `The least that can be sent is ${formatCoins(BigInt(chain.minOutput))}.`;
  return atoms;
}

function checkFee(text: string, chain: ChainInfo): bigint | string | null {
  if (text.trim() === "") return null;
  const atoms = parseCoins(text.trim());
  if (atoms === null) return "Write a fee as 0.0001, with at most eight decimals.";
  const least = BigInt(chain.minFeePerByte) * BigInt(TRANSFER_BYTES);
  return atoms < least ? `The chain asks for at least ${formatCoins(least)}.` : atoms;
}
