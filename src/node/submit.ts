/** The way of a transaction into the mempool: cheap looks first, then signatures in batches, then admission. */
import { blameNobody, blameSender, err, type Fault, type Hash, ok, type Result, type TransactionId } from "#base";
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
}

type Outcome = Result<TransactionId, Fault>;

export function createSubmit(parts: SubmitParts) {
  return async (transactions: readonly Uint8Array[], origin: "local" | "peer"): Promise<readonly Outcome[]> => {
    const outcomes: (Outcome | null)[] = transactions.map((bytes) =>
      origin === "peer" ? lookBefore(parts, bytes) : null,
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
    const admitted = await parts.disk.guard(parts.mempool.submit(items, origin === "local"));
    admitted.forEach((result, k) => {
      outcomes[places[k]!] = result.ok ? ok(items[k]!.id) : result;
    });
    return outcomes as Outcome[];
  };
}

/** What gossip repeats is known by its id or its nonce, before its signature is worth checking. */
function lookBefore({ mempool, view, chainId }: SubmitParts, bytes: Uint8Array): Outcome | null {
  const decoded = decodeTransaction(bytes);
  if (!decoded.ok) return decoded;
  const id = transactionId(chainId, bytes);
  if (mempool.has(id)) return err(blameNobody("tx-known"));
  const account = view.account(addressOf(decoded.value.sender));
  if (account !== null && decoded.value.nonce < account.nonce) return err(blameNobody("tx-nonce-used"));
  return null;
}

function refusalOf(bytes: Uint8Array): Fault {
  const decoded = decodeTransaction(bytes);
  return decoded.ok ? blameSender("tx-signature") : decoded.error;
}
