/** Signatures by the worker pool, as the import line and the mempool want them. */
import type { VerifyPool } from "#crypto/native";
import { decodeTransaction } from "#model";
import type { PrepareTransactions } from "#validation";

export function prepareWith(pool: Pick<VerifyPool, "verify">): PrepareTransactions {
  return async (transactions) => {
    if (transactions.length === 0) return [];
    const verified = await pool.verify(transactions);
    return verified.map(({ valid, id, sender }, i) => {
      if (!valid) return null;
      const bytes = transactions[i]!;
      const decoded = decodeTransaction(bytes);
      return decoded.ok ? { bytes, id, from: sender, transaction: decoded.value } : null;
    });
  };
}
