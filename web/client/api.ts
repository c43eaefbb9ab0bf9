/** One client for the page: it talks to the server that served it, and behind a devnet's console to the node chosen. */
import { type Client, createClient, type Fetch } from "#api/contract";

/** The console's choice of node in a request; in an answer, the node that gave it. A plain node knows nothing of it. */
const NODE_HEADER = "x-agon-node";

export interface ApiChoice {
  /** Null: whichever node the server prefers. */
  readonly node: string | null;
  /** Only for orders to the console. */
  readonly token?: string;
}

export interface PageClient {
  readonly client: Client;
  /** Whether a devnet's console stands between the page and its node; null before the first answer. */
  isConsole(): boolean | null;
}

export function createPageClient({ node, token }: ApiChoice): PageClient {
  let seen: boolean | null = null;
  const send: Fetch = async (url, init) => {
    const headers = new Headers(init.headers);
    if (node !== null) headers.set(NODE_HEADER, node);
    const response = await fetch(url, { ...init, headers, cache: "no-store" });
    if (response.ok && url === "/v1/status") seen = response.headers.has(NODE_HEADER);
    return response;
  };
  return { client: createClient({ baseUrl: "", fetch: send, token }), isConsole: () => seen };
}
