/** The way of a transaction into the mempool: cheap looks first, then signatures in batches, then admission. */
import {
  blameNobody,
  blameSender,
  err,
  type Fault,
  type Hash,
  OperationError,
  ok,
  type Result,
  type TransactionId,
} from "#base";
import { addressOf } from "#crypto";
import type { Mempool, MempoolView } from "#mempool";
import { decodeTransaction, transactionId } from "#model";
import type { PrepareTransactions } from "#validation";
import type { DiskWatch } from "./disk-watch.ts";

export interface SubmitParts {
  readonly mempool: Mempool;
  readonly view: MempoolView;
  readonly chainId: Hash;
  readonly disk: DiskWatch;
  readonly prepare: PrepareTransactions;
  /** Whether a transaction is on the chain. */
  readonly isIncluded: (id: TransactionId) => boolean;
}

/** `local`: by our own users. `gossip`: relayed by the network already. `fetched`: what one peer had pending, others may not. */
export type Origin = "local" | "gossip" | "fetched";

type Outcome = Result<TransactionId, Fault>;

export function createSubmit(parts: SubmitParts) {
  return async (transactions: readonly Uint8Array[], origin: Origin): Promise<readonly Outcome[]> => {
    const { readOnly } = parts.disk;
    if (readOnly !== null) throw new OperationError("node-read-only", `the node takes nothing at present: ${readOnly}`);
    const outcomes = transactions.map((bytes) => (origin === "local" ? null : lookBefore(parts, bytes)));
    const isOpen = (_: unknown, i: number): boolean => outcomes[i] === null;
    const prepared = (await parts.prepare(transactions.filter(isOpen))).values();
    const items = transactions.map((_, i) => (outcomes[i] === null ? prepared.next().value! : null));
    const valid = items.filter((item) => item !== null);
    const admitted = (await parts.disk.guard(parts.mempool.submit(valid, origin !== "gossip"))).values();
    return items.map((item, i): Outcome => {
      if (item === null) return outcomes[i] ?? err(refusalOf(transactions[i]!));
      const result = admitted.next().value!;
      return result.ok ? ok(item.id) : result;
    });
  };
}

/**
 * What gossip repeats is known by its id, and its signature not checked again. An unknown one is checked even when its
 * nonce is used: a message with a false signature in it must never pass here and be blamed on us elsewhere.
 */
function lookBefore({ mempool, view, chainId, isIncluded }: SubmitParts, bytes: Uint8Array): Outcome | null {
  const decoded = decodeTransaction(bytes);
  if (!decoded.ok) return decoded;
  const id = transactionId(chainId, bytes);
  if (mempool.has(id)) return err(blameNobody("tx-known"));
  const account = view.account(addressOf(decoded.value.sender));
  const isUsed = account !== null && decoded.value.nonce < account.nonce;
  return isUsed && isIncluded(id) ? err(blameNobody("tx-nonce-used")) : null;
}

function refusalOf(bytes: Uint8Array): Fault {
  const decoded = decodeTransaction(bytes);
  return decoded.ok ? blameSender("tx-signature") : decoded.error;
}
