import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef, useState } from "react";
import { ApiError, type Client } from "#api/contract";
import { createPageClient, type PageClient } from "./api.ts";
import { followNews } from "./news.ts";

interface Connection {
  readonly client: Client;
  readonly isConsole: PageClient["isConsole"];
  readonly node: string | null;
  readonly chooseNode: (node: string | null) => void;
  /** For orders to the console; kept as long as the page is open, and nowhere else. */
  readonly token: string;
  readonly setToken: (token: string) => void;
}

const ConnectionContext = createContext<Connection | null>(null);

/** What the server refuses for good is not asked again. */
function shouldRetry(failures: number, error: Error): boolean {
  return failures < 2 && !(error instanceof ApiError && error.status >= 400 && error.status < 500);
}

function createCache(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: { retry: shouldRetry, staleTime: 5_000, refetchOnWindowFocus: true, networkMode: "always" },
      mutations: { networkMode: "always" },
    },
  });
}

/** Another node is another view of the world: what was known from the one before is forgotten. */
export function ConnectionProvider({ children }: { readonly children: ReactNode }) {
  const [node, chooseNode] = useState<string | null>(null);
  const [token, setToken] = useState("");
  const [cache] = useState(createCache);
  const pageClient = useMemo(() => createPageClient({ node }), [node]);
  const connection = useMemo(() => ({ ...pageClient, node, chooseNode, token, setToken }), [pageClient, node, token]);
  const { client } = pageClient;
  const followed = useRef(client);
  useEffect(() => {
    if (followed.current !== client) void cache.resetQueries();
    followed.current = client;
    const stop = new AbortController();
    void followNews(client, cache, stop.signal);
    return () => stop.abort();
  }, [client, cache]);
  return (
    <ConnectionContext.Provider value={connection}>
      <QueryClientProvider client={cache}>{children}</QueryClientProvider>
    </ConnectionContext.Provider>
  );
}

export function useConnection(): Connection {
  const connection = useContext(ConnectionContext);
  if (connection === null) throw new Error("useConnection needs a ConnectionProvider above it");
  return connection;
}

export function useClient(): Client {
  return useConnection().client;
}
