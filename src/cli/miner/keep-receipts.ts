/** While mining for a pool of this program: its receipts, fetched as they come and kept in a file (RECEIPT-3). */
import type { Client } from "#api/contract";
import { type Cancel, type Clock, OperationError } from "#base";
import { addReceipts, readReceiptsIfThere } from "../receipts-file.ts";

const EVERY_MS = 10_000;

export interface ReceiptKeeper {
  readonly kept: () => number;
  /** Fetches what came last. */
  stop(): Promise<void>;
}

export interface ReceiptKeeperParts {
  readonly pool: Client;
  readonly clock: Clock;
  readonly onTrouble: (why: string) => void;
}

/** @throws ApiError when nothing at that address is a pool's API */
export async function keepReceipts(path: string, user: string, parts: ReceiptKeeperParts): Promise<ReceiptKeeper> {
  const { pool, clock, onTrouble } = parts;
  const address = user.split(".", 1)[0]!;
  const known = new Set(readReceiptsIfThere(path).receipts.map(({ receipt }) => receipt));
  let after: string | undefined;
  let kept = 0;

  const fetchNew = async (): Promise<void> => {
    for (;;) {
      const { items, next } = await pool.pool.receipts({ address, ...(after === undefined ? {} : { after }) });
      const fresh = items.filter(({ receipt }) => !known.has(receipt));
      addReceipts(path, fresh);
      kept += fresh.length;
      const last = items.at(-1);
      if (last !== undefined) after = `${last.round}:${last.leaf}`;
      if (next === null) return;
    }
  };

  const { chain } = await pool.pool.status();
  if (!address.startsWith(`${chain.addressPrefix}1`))
    throw new OperationError("other-chain", `the pool is on ${chain.name}, where ${address} is no address`);
  let cancel: Cancel = () => {};
  let stopped = false;
  let running: Promise<void> = Promise.resolve();
  const again = (): void => {
    cancel = clock.after(EVERY_MS, () => {
      running = fetchNew()
        .catch((error) => onTrouble(error instanceof Error ? error.message : String(error)))
        .finally(() => {
          if (!stopped) again();
        });
    });
  };
  again();
  return {
    kept: () => kept,
    async stop() {
      stopped = true;
      cancel();
      await running;
      await fetchNew().catch((error) => onTrouble(error instanceof Error ? error.message : String(error)));
    },
  };
}
