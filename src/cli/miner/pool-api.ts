/** The API of a pool of this program of which a miner knows the Stratum address. */
import type { Client } from "#api/contract";
import { type PoolAddress, parsePoolAddress } from "#stratum/client";
import { DEFAULT_POOL_PORT, runningPool } from "../pool-options.ts";
import { USUAL_FOLDERS } from "../pool-place.ts";
import type { Terminal } from "../terminal.ts";

/** That of a pool on this machine whose folder is at its usual place, wherever it listens; else its port is the usual one. */
export async function findPoolApi(terminal: Terminal, pool: PoolAddress, folders = USUAL_FOLDERS): Promise<string> {
  for (const folder of isHere(pool) ? folders : []) {
    const client = await runningPool(terminal, folder);
    if (client !== null && (await isAt(client, pool))) return client.baseUrl;
  }
  const { host } = pool;
  return `http://${host.includes(":") ? `[${host}]` : host}:${DEFAULT_POOL_PORT}`;
}

function isHere({ host }: PoolAddress): boolean {
  return host === "localhost" || host === "::1" || host.startsWith("127.");
}

async function isAt(client: Client, { port, isTls }: PoolAddress): Promise<boolean> {
  const doors = (await client.pool.status()).stratum.map(parsePoolAddress);
  return doors.some((door) => door?.port === port && door.isTls === isTls);
}
