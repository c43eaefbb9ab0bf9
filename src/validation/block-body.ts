/** Step 4 of the import line: the body against its header, sizes first, signatures last (rules BLOCK-10 and BLOCK-11). */
import { blameSender, equalBytes, err, type Fault, type Hash, ok, type Result } from "#base";
import { type Body, computeBodyRoot, encodeBody, type Header, type PreparedTransaction, transactionId } from "#model";
import type { ChainSpec } from "#spec";
import type { VoteSignatures } from "./vote-signatures.ts";

/** Checks signatures in batches on other threads; null where one does not hold or the bytes are not a transaction. */
export type PrepareTransactions = (
  transactions: readonly Uint8Array[],
) => Promise<readonly (PreparedTransaction | null)[]>;

export interface CheckedBody {
  readonly bytes: Uint8Array;
  readonly transactions: readonly PreparedTransaction[];
}

export interface BodyFault {
  readonly fault: Fault;
  /** True when the header commits to what is wrong, so that the block's id is invalid for good. */
  readonly committed: boolean;
}

/**
 * Size and root alone. Enough to keep a body for later under its block's id: no other can have that place.
 * @returns the fault, which is the sender's and not the block's
 */
export function checkBodyFits(
  { spec, chainId }: { readonly spec: ChainSpec; readonly chainId: Hash },
  header: Header,
  body: Body,
): Fault | null {
  const tooMuch = checkLimits(spec, body, encodeBody(body).length);
  if (tooMuch !== null) return tooMuch;
  const ids = body.transactions.map((bytes) => transactionId(chainId, bytes));
  return equalBytes(computeBodyRoot(ids, body.votes), header.bodyRoot) ? null : blameSender("body-root");
}

/** What of a chain a body is measured by. */
export interface BodyRules {
  readonly spec: ChainSpec;
  readonly chainId: Hash;
  /** Null where the engine has no votes: they mean nothing there, so nobody may put any in (rule BLOCK-7). */
  readonly votes: VoteSignatures | null;
}

/** @param known transactions whose signatures were checked before, by position; may be shorter or hold gaps */
export async function checkBody(
  chain: BodyRules,
  header: Header,
  body: Body,
  prepare: PrepareTransactions,
  known: readonly (PreparedTransaction | null)[] = [],
): Promise<Result<CheckedBody, BodyFault>> {
  const refused = (fault: Fault, committed: boolean): Result<CheckedBody, BodyFault> => err({ fault, committed });
  const bytes = encodeBody(body);
  const tooMuch = checkLimits(chain.spec, body, bytes.length);
  if (tooMuch !== null) return refused(tooMuch, false);
  const transactions = await fillIn(body.transactions, known, prepare);
  const ids = transactions.map((item, i) => item?.id ?? transactionId(chain.chainId, body.transactions[i]!));
  if (!equalBytes(computeBodyRoot(ids, body.votes), header.bodyRoot)) return refused(blameSender("body-root"), false);
  if (chain.votes === null && body.votes.length > 0)
    return refused(blameSender("block-votes", { count: body.votes.length }), true);
  const unsigned = chain.votes?.check(body.votes).indexOf(false) ?? -1;
  if (unsigned >= 0) return refused(blameSender("vote-signature", { index: unsigned }), true);
  const index = transactions.indexOf(null);
  // The root covers ids and ids cover signatures: whoever sealed this header sealed the false signature.
  if (index >= 0) return refused(blameSender("block-transaction-invalid", { index }), true);
  return ok({ bytes, transactions: transactions as readonly PreparedTransaction[] });
}

function checkLimits({ limits }: ChainSpec, body: Body, sizeBytes: number): Fault | null {
  if (sizeBytes > limits.maxBlockBytes) return blameSender("block-too-large", { sizeBytes });
  const count = body.transactions.length;
  return count > limits.maxBlockTransactions ? blameSender("block-too-many-transactions", { count }) : null;
}

async function fillIn(
  bytes: readonly Uint8Array[],
  known: readonly (PreparedTransaction | null)[],
  prepare: PrepareTransactions,
): Promise<(PreparedTransaction | null)[]> {
  const missing: number[] = [];
  for (let i = 0; i < bytes.length; i++) if (!known[i]) missing.push(i);
  const result = bytes.map((_, i) => known[i] ?? null);
  if (missing.length === 0) return result;
  const prepared = await prepare(missing.map((i) => bytes[i]!));
  missing.forEach((at, k) => {
    result[at] = prepared[k] ?? null;
  });
  return result;
}
