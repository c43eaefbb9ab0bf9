/** Where a miner at a pool is: it may have been moved to another address, or never have come to any. */
import { OperationError } from "#base";
import { formatPoolAddress, type PoolAddress, type PoolNews } from "#stratum/client";

export interface Whereabouts {
  take(news: PoolNews): void;
  /** The address that it is connected to, or tries. */
  place(): string;
  /** @throws OperationError `no-work` when there never was any, with what was in the way last */
  assertHadWork(): void;
}

export function createWhereabouts(pool: PoolAddress): Whereabouts {
  let place = formatPoolAddress(pool);
  let hadWork = false;
  let why = "the pool gave no work";
  return {
    take(news) {
      if ("pool" in news) place = news.pool;
      if (news.kind === "working") hadWork = true;
      if (news.kind === "lost") why = news.why;
    },
    place: () => place,
    assertHadWork() {
      if (!hadWork) throw new OperationError("no-work", `nothing was mined at ${formatPoolAddress(pool)}: ${why}`);
    },
  };
}
