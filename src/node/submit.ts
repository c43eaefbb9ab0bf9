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
import { decodeTransaction, type PreparedTransaction, transactionId } from "#model";
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
    const outcomes: (Outcome | null)[] = transactions.map((bytes) =>
      origin === "local" ? null : lookBefore(parts, bytes),
    );
    const open = outcomes.flatMap((outcome, i) => (outcome === null ? [i] : []));
    const prepared = await parts.prepare(open.map((i) => transactions[i]!));
    const items: PreparedTransaction[] = [];
    const places: number[] = [];
    open.forEach((place, k) => {
      const item = prepared[k] ?? null;
      if (item === null) {
        outcomes[place] = err(refusalOf(transactions[place]!));
        return;
      }
      items.push(item);
      places.push(place);
    });
    const admitted = await parts.disk.guard(parts.mempool.submit(items, origin !== "gossip"));
    admitted.forEach((result, k) => {
      outcomes[places[k]!] = result.ok ? ok(items[k]!.id) : result;
    });
    return outcomes as Outcome[];
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
