/** One client for the page: it talks to the server that served it, and behind a devnet's console to the node chosen. */
import { type Client, createClient, type Fetch } from "#api/contract";

/** The console's choice of node; a plain node ignores it. */
export const NODE_HEADER = "x-agon-node";

export interface ApiChoice {
  /** Null: whichever node the server prefers. */
  readonly node: string | null;
  /** Only for orders to the console. */
  readonly token?: string;
}

export function createPageClient({ node, token }: ApiChoice): Client {
  const send: Fetch = (url, init) => {
    const headers = new Headers(init.headers);
    if (node !== null) headers.set(NODE_HEADER, node);
    return fetch(url, { ...init, headers, cache: "no-store" });
  };
  return createClient({ baseUrl: "", fetch: send, token });
}
