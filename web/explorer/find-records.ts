/** Records are transactions like others: they are found by walking the chain down from its head. */
import type { Client, Transaction } from "#api/contract";

export type RecordTransaction = Transaction & { readonly kind: "record" };

export interface RecordsFound {
  readonly records: readonly RecordTransaction[];
  /** Where to go on; null when genesis has been reached. */
  readonly nextFrom: number | null;
  /** The lowest height looked at. */
  readonly downTo: number;
}

const BLOCKS_A_PAGE = 100;
const TRANSACTIONS_A_PAGE = 100;
const ENOUGH = 50;
/** Blocks walked at most for one answer, so that a long quiet chain does not keep the page busy. */
const WALK_LIMIT = 2_000;

export async function findRecords(
  client: Client,
  from: number | undefined,
  signal: AbortSignal,
): Promise<RecordsFound> {
  const records: RecordTransaction[] = [];
  let at = from;
  let walked = 0;
  for (;;) {
    const page = await client.blocks({ limit: BLOCKS_A_PAGE, ...(at === undefined ? {} : { from: at }) }, { signal });
    for (const block of page.items) {
      walked++;
      if (block.transactionCount > 0) records.push(...(await recordsOf(client, block.hash, signal)));
      if (records.length >= ENOUGH || walked >= WALK_LIMIT)
        return { records, nextFrom: block.height === 0 ? null : block.height - 1, downTo: block.height };
    }
    if (page.nextFrom === null) return { records, nextFrom: null, downTo: 0 };
    at = page.nextFrom;
  }
}

async function recordsOf(client: Client, hash: string, signal: AbortSignal): Promise<readonly RecordTransaction[]> {
  const records: RecordTransaction[] = [];
  let offset: number | null = 0;
  while (offset !== null) {
    const page = await client.blockTransactions(hash, { offset, limit: TRANSACTIONS_A_PAGE }, { signal });
    records.push(
      ...page.items.filter((transaction): transaction is RecordTransaction => transaction.kind === "record"),
    );
    offset = page.nextOffset;
  }
  return records.toReversed();
}
