/** What the commands about a pool share. */
import { Option } from "@commander-js/extra-typings";
import { ApiError, type Client, createClient, type Fetch } from "#api/contract";
import { OperationError } from "#base";
import { apiOf } from "./connect.ts";
import { readUrl } from "./options.ts";
import { holdsBooks, POOL_FOLDER, readPlace, USUAL_FOLDERS } from "./pool-place.ts";
import type { Terminal } from "./terminal.ts";

/** Beside the port of Stratum. */
export const DEFAULT_POOL_PORT = 3_334;
const DEFAULT_POOL = `http://127.0.0.1:${DEFAULT_POOL_PORT}`;

export const poolOption = () =>
  new Option(
    "--pool <url>",
    `API of the pool (default: that of ${POOL_FOLDER} where it runs, else ${DEFAULT_POOL}, else that of a devnet with a pool)`,
  ).argParser(readUrl);

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

/**
 * The pool of that name; without one, that of the first of these folders whose pool runs, else the one at the usual port, else
 * behind the devnet.
 * @throws OperationError `no-pool`
 */
export async function findPool(
  terminal: Terminal,
  url: string | undefined,
  folders: readonly string[] = USUAL_FOLDERS,
): Promise<Client> {
  if (url !== undefined) return connectPool(terminal, url);
  for (const folder of folders) {
    const own = await runningPool(terminal, folder);
    if (own !== null) return own;
  }
  const usual = connectPool(terminal, DEFAULT_POOL);
  if (await answers(usual)) return usual;
  const near = connectPool(terminal, apiOf(terminal, {}));
  if (await answers(near)) return near;
  const left = folders.find((folder) => readPlace(folder) !== null);
  const where = left === undefined ? "" : ` nor at ${readPlace(left)}, where that of ${left} was,`;
  throw new OperationError(
    "no-pool",
    `no pool answers at ${usual.baseUrl},${where} and none through the devnet at ${near.baseUrl}: start one with 'agon pool' or 'agon devnet --pool', or give with --pool the address that it said at its start for pages and API`,
  );
}

/** The pool of a folder, at whatever port; null where it does not run. */
export async function runningPool(terminal: Terminal, folder: string): Promise<Client | null> {
  const url = readPlace(folder);
  if (url === null) return null;
  const client = connectPool(terminal, url);
  try {
    const { address, chain } = await client.pool.status();
    // Where it was killed, somebody else may have its port.
    return holdsBooks(folder, address, chain.id) ? client : null;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    // It runs, and cannot read its books.
    return error.code === "pool-storage" ? client : null;
  }
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
