/** What pages read. Each hook is one key and one call; the news keep it fresh. */
import {
  type InfiniteData,
  keepPreviousData,
  skipToken,
  type UseInfiniteQueryResult,
  type UseQueryResult,
  useInfiniteQuery,
  useQuery,
} from "@tanstack/react-query";
import type {
  Account,
  AccountTransactions,
  Block,
  BlockPage,
  BlockSummary,
  Mempool,
  Peers,
  Status,
  Transaction,
  TransactionPage,
} from "#api/contract";
import { useClient } from "./context.tsx";
import { keys } from "./keys.ts";
import { type FeedItem, type LiveConnection, NO_TRENDS, RECENT_BLOCKS, type Trends } from "./live-state.ts";

export const PAGE_SIZE = 50;
const MEMPOOL_SHOWN = 100;
/** Its order and its fees are the node's to say. */
const MEMPOOL_EVERY_MS = 2_000;
const PEERS_EVERY_MS = 5_000;

/** Not given up when a page closes: the event stream waits for the same answer. */
export function useStatus(): UseQueryResult<Status> {
  const client = useClient();
  return useQuery({ queryKey: keys.status, queryFn: () => client.status() });
}

/** The newest blocks, newest first, kept by the event stream. */
export function useRecentBlocks(): UseQueryResult<readonly BlockSummary[]> {
  const client = useClient();
  return useQuery({
    queryKey: keys.recentBlocks,
    queryFn: async ({ signal }) => (await client.blocks({ limit: RECENT_BLOCKS }, { signal })).items,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** One page of blocks from a height down; below the head it never changes much. */
export function useBlockPage(from: number | null): UseQueryResult<BlockPage> {
  const client = useClient();
  return useQuery({
    queryKey: keys.blockPage(from ?? -1),
    queryFn: from === null ? skipToken : ({ signal }) => client.blocks({ from, limit: PAGE_SIZE }, { signal }),
    placeholderData: keepPreviousData,
  });
}

export function useBlock(id: string | null): UseQueryResult<Block> {
  const client = useClient();
  return useQuery({
    queryKey: keys.block(id ?? ""),
    queryFn: id === null ? skipToken : ({ signal }) => client.block(id, { signal }),
  });
}

export function useBlockTransactions(id: string, offset: number): UseQueryResult<TransactionPage> {
  const client = useClient();
  return useQuery({
    queryKey: keys.blockTransactions(id, offset),
    queryFn: ({ signal }) => client.blockTransactions(id, { offset, limit: PAGE_SIZE }, { signal }),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });
}

export function useTransaction(id: string): UseQueryResult<Transaction> {
  const client = useClient();
  return useQuery({ queryKey: keys.transaction(id), queryFn: ({ signal }) => client.transaction(id, { signal }) });
}

export function useAccount(address: string | null): UseQueryResult<Account> {
  const client = useClient();
  return useQuery({
    queryKey: keys.account(address ?? ""),
    queryFn: address === null ? skipToken : ({ signal }) => client.account(address, { signal }),
  });
}

export function useAccountTransactions(
  address: string,
): UseInfiniteQueryResult<InfiniteData<AccountTransactions, string | undefined>> {
  const client = useClient();
  return useInfiniteQuery({
    queryKey: keys.accountTransactions(address),
    queryFn: ({ pageParam, signal }) =>
      client.accountTransactions(
        address,
        { limit: PAGE_SIZE, ...(pageParam === undefined ? {} : { cursor: pageParam }) },
        { signal },
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
  });
}

export function useRecord(id: string): UseQueryResult<{ readonly bytes: Uint8Array; readonly mediaType: string }> {
  const client = useClient();
  return useQuery({
    queryKey: keys.record(id),
    queryFn: ({ signal }) => client.record(id, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export function useMempool(): UseQueryResult<Mempool> {
  const client = useClient();
  return useQuery({
    queryKey: keys.mempool,
    queryFn: ({ signal }) => client.mempool({ limit: MEMPOOL_SHOWN }, { signal }),
    refetchInterval: MEMPOOL_EVERY_MS,
  });
}

export function usePeers(): UseQueryResult<Peers> {
  const client = useClient();
  return useQuery({
    queryKey: keys.peers,
    queryFn: ({ signal }) => client.peers({ signal }),
    refetchInterval: PEERS_EVERY_MS,
  });
}

export function useLiveConnection(): LiveConnection {
  const { data } = useQuery<LiveConnection>({
    queryKey: keys.connection,
    queryFn: skipToken,
    gcTime: Number.POSITIVE_INFINITY,
  });
  return data ?? { state: "connecting", sinceMs: 0 };
}

/** What happened since the page was opened, newest first. */
export function useFeed(): readonly FeedItem[] {
  const { data } = useQuery<readonly FeedItem[]>({
    queryKey: keys.feed,
    queryFn: skipToken,
    gcTime: Number.POSITIVE_INFINITY,
  });
  return data ?? [];
}

export function useTrends(): Trends {
  const { data } = useQuery<Trends>({ queryKey: keys.trends, queryFn: skipToken, gcTime: Number.POSITIVE_INFINITY });
  return data ?? NO_TRENDS;
}
