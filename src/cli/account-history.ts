import type { Client, Transaction } from "#api/contract";

const PAGE = 100;

/** The newest transactions of an account, pending ones first, page by page. */
export async function accountHistory(client: Client, address: string, count: number): Promise<Transaction[]> {
  const items: Transaction[] = [];
  for (let cursor: string | null = null; ; ) {
    const limit = Math.min(PAGE, count - items.length);
    const page = await client.accountTransactions(address, { limit, ...(cursor === null ? {} : { cursor }) });
    items.push(...page.items);
    cursor = page.nextCursor;
    if (cursor === null || items.length >= count) return items.slice(0, count);
  }
}
