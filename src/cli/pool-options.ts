/** What the commands about a pool share. */
import { Option } from "@commander-js/extra-typings";
import { type Client, createClient } from "#api/contract";
import { readUrl } from "./options.ts";
import type { Terminal } from "./terminal.ts";

export const POOL_FOLDER = "./.agon/pool";
/** Beside the port of Stratum. */
export const DEFAULT_POOL_PORT = 3_334;
const DEFAULT_POOL = `http://127.0.0.1:${DEFAULT_POOL_PORT}`;

export const poolOption = () => new Option("--pool <url>", "API of the pool").argParser(readUrl).default(DEFAULT_POOL);

export function connectPool(terminal: Terminal, url: string, token?: string): Client {
  return createClient({
    ...{ baseUrl: url, token },
    fetch: (to, init) =>
      terminal.fetch(to, {
        ...init,
        signal: AbortSignal.any([terminal.signal, ...(init.signal ? [init.signal] : [])]),
      }),
  });
}
