/** TCP ports that were free on loopback a moment ago. */
import { createServer, type Server } from "node:net";

export async function freePort(): Promise<number> {
  const [port] = await freePorts(1);
  return port!;
}

/** Distinct ports: all are held until the last one is known. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, listen));
  const ports = servers.map(portOf);
  await Promise.all(servers.map(close));
  return ports;
}

/** The first of `count` neighbouring free ports, for programs that number theirs upwards. */
export async function freePortRange(count: number): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const first = await freePort();
    if (first + count > 65_535) continue;
    const held = await Promise.allSettled(
      Array.from({ length: count }, (_, offset) => listen(undefined, offset, first)),
    );
    const servers = held.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
    await Promise.all(servers.map(close));
    if (servers.length === count) return first;
  }
  throw new Error(`no ${count} neighbouring ports are free`);
}

function listen(_unused?: unknown, offset = 0, first?: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(first === undefined ? 0 : first + offset, "127.0.0.1", () => resolve(server));
  });
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("not a TCP server");
  return address.port;
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
