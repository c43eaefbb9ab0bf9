/** What the commands about a pool share. */
import { Option } from "@commander-js/extra-typings";
import { ApiError, type Client, createClient, type Fetch } from "#api/contract";
import { OperationError } from "#base";
import { apiOf } from "./connect.ts";
import { readUrl } from "./options.ts";
import type { Terminal } from "./terminal.ts";

export const POOL_FOLDER = "./.agon/pool";
/** Beside the port of Stratum. */
export const DEFAULT_POOL_PORT = 3_334;
const DEFAULT_POOL = `http://127.0.0.1:${DEFAULT_POOL_PORT}`;

export const poolOption = () =>
  new Option("--pool <url>", `API of the pool (default: ${DEFAULT_POOL}, else that of a devnet with a pool)`).argParser(
    readUrl,
  );

export function connectPool(terminal: Terminal, url: string, token?: string): Client {
  return createClient({
    ...{ baseUrl: url, token },
    fetch: fetchNaming("--pool", url, (to, init) =>
      terminal.fetch(to, {
        ...init,
        signal: AbortSignal.any([terminal.signal, ...(init.signal ? [init.signal] : [])]),
      }),
    ),
  });
}

/** Where nobody listens, the error names the option with which the pool's address is given. */
export function fetchNaming(option: string, baseUrl: string, fetch: Fetch): Fetch {
  return async (to, init) => {
    try {
      return await fetch(to, init);
    } catch (cause) {
      if (init.signal?.aborted || cause instanceof ApiError) throw cause;
      const error = { code: "unreachable", message: `${baseUrl} cannot be reached`, details: { option } };
      throw new ApiError(0, error, { cause });
    }
  };
}

/** The pool of that name; without one, the pool on this machine. @throws OperationError `no-pool` */
export async function findPool(terminal: Terminal, url: string | undefined): Promise<Client> {
  if (url !== undefined) return connectPool(terminal, url);
  const usual = connectPool(terminal, DEFAULT_POOL);
  if (await answers(usual)) return usual;
  const near = connectPool(terminal, apiOf(terminal, {}));
  if (await answers(near)) return near;
  throw new OperationError(
    "no-pool",
    `no pool answers at ${usual.baseUrl}, and none through the devnet at ${near.baseUrl}: start one with 'agon pool' or 'agon devnet --pool', or name one with --pool`,
  );
}

/** Also a devnet whose pool is away: it says so itself when it is asked for something. */
async function answers(client: Client): Promise<boolean> {
  try {
    await client.pool.status();
    return true;
  } catch (error) {
    if (error instanceof ApiError) return error.code === "pool-not-running";
    throw error;
  }
}
