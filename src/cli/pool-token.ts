/** The token for orders to a pool: of whichever of the usual folders the pool is. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ApiError, type Client } from "#api/contract";
import { OperationError } from "#base";
import { DEVNET_FOLDER } from "./options.ts";
import { holdsBooks, POOL_FOLDER, USUAL_FOLDERS } from "./pool-place.ts";
import type { Terminal } from "./terminal.ts";

/** @param folder as it was given, if it was @throws OperationError `token-unreadable` */
export async function findPoolToken(
  { env }: Terminal,
  folder: string | undefined,
  pool: () => Promise<Client>,
): Promise<string> {
  if (env.AGON_TOKEN) return env.AGON_TOKEN;
  if (folder !== undefined) {
    // Of a devnet's two tokens its console has one; the pool at its own port wants the other.
    const inDevnet = join(folder, "pool");
    const isElse = existsSync(join(inDevnet, "api-token")) && !(await isConsole(await pool()));
    return readToken(isElse ? inDevnet : folder);
  }
  const client = await pool();
  if (await isConsole(client)) return readToken(DEVNET_FOLDER);
  const { address, chain } = await client.pool.status();
  return readToken(USUAL_FOLDERS.find((one) => holdsBooks(one, address, chain.id)) ?? POOL_FOLDER);
}

/** A devnet's console has a token of its own. */
async function isConsole(client: Client): Promise<boolean> {
  try {
    await client.devnet.pool();
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return false;
    throw error;
  }
}

function readToken(folder: string): string {
  const file = join(folder, "api-token");
  try {
    return readFileSync(file, "utf8").trim();
  } catch (cause) {
    throw new OperationError(
      "token-unreadable",
      `${file} cannot be read: is it the pool's folder? Give it with --data`,
      {
        cause,
      },
    );
  }
}
