/** What pages read of a mining pool; asked for only where the server is a pool's. */
import {
  type InfiniteData,
  skipToken,
  type UseInfiniteQueryResult,
  type UseQueryResult,
  useInfiniteQuery,
  useQuery,
} from "@tanstack/react-query";
import {
  ApiError,
  type PoolCredits,
  type PoolHistory,
  type PoolInfo,
  type PoolLuck,
  type PoolMiner,
  type PoolMinerPayouts,
  type PoolMiners,
  type PoolPageQuery,
  type PoolPayouts,
  type PoolRound,
  type PoolRoundLine,
  type PoolRounds,
} from "#api/contract";
import { useClient } from "./context.tsx";
import { useDevnetNodes } from "./devnet-queries.ts";
import { keys } from "./keys.ts";
import { useStatus } from "./queries.ts";
import { useFeature } from "./stake-queries.ts";

const EVERY_MS = 4_000;
/** Its points are minutes. */
const HISTORY_EVERY_MS = 20_000;
const PAGE = 20;

export function usePool(): UseQueryResult<PoolInfo> {
  const client = useClient();
  const { data: status, errorUpdateCount } = useStatus();
  // Where the status cannot be had the pool is asked itself: its server has its books when its node is away, too.
  const wanted = status === undefined ? errorUpdateCount > 0 : status.features.includes("pool");
  return useQuery({
    queryKey: keys.pool,
    queryFn: wanted ? ({ signal }) => client.pool.status({ signal }) : skipToken,
    refetchInterval: EVERY_MS,
    // A devnet says at once whether its pool runs.
    retry: (failures, error) => failures < 2 && !(error instanceof ApiError && error.code === "pool-not-running"),
  });
}

/** Whether the server is a pool's; undefined while it is not known. */
export function useHasPool(): boolean | undefined {
  const { data: pool } = usePool();
  return useFeature("pool") ?? (pool === undefined ? undefined : true);
}

/** Whether the page comes from a pool's own server: that passes on what its node says, and takes no orders for it. */
export function useIsPoolServer(): boolean {
  const { data: nodes } = useDevnetNodes();
  return useFeature("pool") === true && nodes === null;
}

export function usePoolHistory(hours: number): UseQueryResult<PoolHistory> {
  const client = useClient();
  return useQuery({
    queryKey: keys.poolHistory(hours),
    queryFn: ({ signal }) => client.pool.history({ hours }, { signal }),
    refetchInterval: HISTORY_EVERY_MS,
  });
}

export function usePoolLuck(): UseQueryResult<PoolLuck> {
  const client = useClient();
  return useQuery({
    queryKey: keys.poolLuck,
    queryFn: ({ signal }) => client.pool.luck({ signal }),
    refetchInterval: HISTORY_EVERY_MS,
  });
}

export function usePoolMiner(address: string): UseQueryResult<PoolMiner> {
  const client = useClient();
  return useQuery({
    queryKey: keys.poolMiner(address),
    queryFn: ({ signal }) => client.pool.miner(address, { signal }),
    refetchInterval: EVERY_MS,
  });
}

export function usePoolRound(id: number | null): UseQueryResult<PoolRound> {
  const client = useClient();
  return useQuery({
    queryKey: keys.poolRound(id ?? -1),
    queryFn: id === null ? skipToken : ({ signal }) => client.pool.round(id, { signal }),
    refetchInterval: EVERY_MS,
  });
}

/** The round that a block ended; null when the pool knows nothing of the block. */
export function useRoundOfBlock(hash: string): UseQueryResult<PoolRoundLine | null> {
  const client = useClient();
  return useQuery({
    queryKey: keys.poolRoundOf(hash),
    queryFn: async ({ signal }) => (await client.pool.rounds({ block: hash }, { signal })).items[0] ?? null,
    refetchInterval: EVERY_MS,
  });
}

export type Pages<T> = UseInfiniteQueryResult<InfiniteData<T, number | undefined>>;

export function usePoolMiners(): Pages<PoolMiners> {
  const client = useClient();
  return usePages(keys.poolMiners, (query, call) => client.pool.miners(query, call));
}

export function usePoolRounds(): Pages<PoolRounds> {
  const client = useClient();
  return usePages(keys.poolRounds, (query, call) => client.pool.rounds(query, call));
}

export function usePoolPayouts(): Pages<PoolPayouts> {
  const client = useClient();
  return usePages(keys.poolPayouts, (query, call) => client.pool.payouts(query, call));
}

export function usePoolCredits(address: string): Pages<PoolCredits> {
  const client = useClient();
  return usePages(keys.poolCredits(address), (query, call) => client.pool.credits(address, query, call));
}

export function usePoolMinerPayouts(address: string): Pages<PoolMinerPayouts> {
  const client = useClient();
  return usePages(keys.poolMinerPayouts(address), (query, call) => client.pool.minerPayouts(address, query, call));
}

function usePages<T extends { readonly next: number | null }>(
  queryKey: readonly unknown[],
  load: (query: PoolPageQuery, call: { readonly signal: AbortSignal }) => Promise<T>,
): Pages<T> {
  return useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam, signal }) =>
      load({ limit: PAGE, ...(pageParam === undefined ? {} : { before: pageParam }) }, { signal }),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (page: T) => page.next ?? undefined,
    refetchInterval: EVERY_MS,
  });
}
