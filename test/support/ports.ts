/**
 * TCP ports on loopback for programs that are told theirs. They lie below the range from which the system numbers
 * outgoing connections, so that nobody takes one by chance while its program is down; and the test process that was
 * given a port keeps it until its end, so that two tests side by side never share one.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const FIRST = 12_000;
/** Linux numbers outgoing connections from 32,768 upwards. */
const END = 32_000;
const BLOCK = 20;
const BLOCKS = (END - FIRST) / BLOCK;
const CLAIMS = join(tmpdir(), "agon-test-ports");

export async function freePort(): Promise<number> {
  return freePortRange(1);
}

/** Neighbouring ones. */
export async function freePorts(count: number): Promise<number[]> {
  const first = await freePortRange(count);
  return Array.from({ length: count }, (_, offset) => first + offset);
}

/** @returns the first of `count` neighbouring free ports, at most 20 */
export async function freePortRange(count: number): Promise<number> {
  if (count > BLOCK) throw new Error(`${count} neighbouring ports are more than ${BLOCK}`);
  mkdirSync(CLAIMS, { recursive: true });
  for (let attempt = 0; attempt < BLOCKS; attempt++) {
    // Processes start at different places, which saves most of the asking.
    const first = FIRST + BLOCK * ((process.pid * 31 + attempt) % BLOCKS);
    if (claim(first) && (await areFree(first, count))) return first;
  }
  throw new Error(`no ${count} neighbouring ports are free`);
}

/** @returns whether this block of ports is this process's from now on; a claim whose process has ended is void */
function claim(first: number): boolean {
  const file = join(CLAIMS, String(first));
  try {
    writeFileSync(file, String(process.pid), { flag: "wx" });
  } catch {
    if (isHeld(file)) return false;
    rmSync(file, { force: true });
    return claim(first);
  }
  process.once("exit", () => rmSync(file, { force: true }));
  return true;
}

function isHeld(file: string): boolean {
  try {
    process.kill(Number(readFileSync(file, "utf8")), 0);
    return true;
  } catch (error) {
    // No such file or no such process; one of another user lives.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

async function areFree(first: number, count: number): Promise<boolean> {
  const held = await Promise.allSettled(Array.from({ length: count }, (_, offset) => listen(first + offset)));
  const servers = held.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  await Promise.all(servers.map(close));
  return servers.length === count;
}

function listen(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve(server));
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
