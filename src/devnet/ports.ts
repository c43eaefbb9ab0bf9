/** Ports for nodes and the pool, most of them in pairs; a pair of which one is taken is passed over. */
import { createServer } from "node:net";
import { OperationError } from "#base";
import { HOST } from "./options.ts";

const PAIRS_TRIED = 500;

export interface PortPair {
  readonly api: number;
  readonly p2p: number;
}

/** @throws OperationError `port-taken` when none is free */
export async function findPortPair(from: number, isOurs: (port: number) => boolean): Promise<PortPair> {
  const isGood = async (port: number): Promise<boolean> => !isOurs(port) && (await isFree(port));
  for (let api = from; api + 1 <= 65_535 && api < from + 2 * PAIRS_TRIED; api += 2)
    if ((await isGood(api)) && (await isGood(api + 1))) return { api, p2p: api + 1 };
  throw new OperationError("port-taken", `no free pair of ports from ${from} on for a node; give other --node-ports`);
}

/** @throws OperationError `port-taken` when none is free */
export async function findPort(from: number): Promise<number> {
  for (let port = from; port <= 65_535 && port < from + PAIRS_TRIED; port++) if (await isFree(port)) return port;
  throw new OperationError("port-taken", `no port from ${from} on is free`);
}

export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, HOST, () => server.close(() => resolve(true)));
  });
}
