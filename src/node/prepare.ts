/** Signatures by the worker pool, as the import line and the mempool want them. */
import type { VerifyPool } from "#crypto/native";
import { decodeTransaction } from "#model";
import type { PrepareTransactions } from "#validation";

/** What one transaction that is kept can keep in memory with it. */
const SLAB_BYTES = 16_384;

export function prepareWith(pool: Pick<VerifyPool, "verify">): PrepareTransactions {
  const keep = createKeeper();
  return async (transactions) => {
    if (transactions.length === 0) return [];
    const verified = await pool.verify(transactions);
    return verified.map(({ valid, id, sender }, i) => {
      if (!valid) return null;
      const bytes = keep(transactions[i]!);
      const decoded = decodeTransaction(bytes);
      return decoded.ok ? { bytes, id, from: sender, transaction: decoded.value } : null;
    });
  };
}

/** Copies, many to a piece of memory: one transaction of a long message must not keep all of the message. */
function createKeeper(): (bytes: Uint8Array) => Uint8Array {
  let slab = new Uint8Array(0);
  let used = 0;
  return (bytes) => {
    if (bytes.length > SLAB_BYTES / 4) return bytes.slice();
    if (used + bytes.length > slab.length) {
      slab = new Uint8Array(SLAB_BYTES);
      used = 0;
    }
    const copy = slab.subarray(used, used + bytes.length);
    copy.set(bytes);
    used += bytes.length;
    return copy;
  };
}
