/**
 * A pool's server in a process of its own, with a stub of a node that has a new head now and then; or in its place a server that
 * answers every line and does nothing else, which is the floor.
 */
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { asHash, silentLogger, systemClock, systemRandom } from "#base";
import { compactToTarget } from "#consensus";
import { sha256 } from "#crypto";
import { DEFAULT_STRATUM_OPTIONS, StratumServer, type WorkSource, type WorkState } from "#stratum";
import type { PoolUsage } from "./pool-load.ts";

const BITS = 0x1a00ffff;
const EASIEST = 2 ** -31;

const [kind, headMs] = process.argv.slice(2);
const port = kind === "floor" ? await startFloor() : await startPool(Number(headMs));
process.send?.({ port });

async function startPool(everyMs: number): Promise<number> {
  const listeners = new Set<(state: WorkState) => void>();
  let height = 0;
  const next = (): WorkState => {
    height++;
    const hash = (text: string) => asHash(sha256(Buffer.from(`${text} ${height}`)));
    const minTimeS = Math.floor(Date.now() / 1_000);
    const template = {
      ...{ id: String(height), height, parent: hash("parent"), sealHash: hash("seal") },
      ...{ bits: BITS, target: compactToTarget(BITS)!, minTimeS, maxTimeS: minTimeS + 600 },
      ...{ rewardAtoms: 5_000_000_000n, feesAtoms: 0n, expiresMs: Date.now() + 3_600_000 },
    };
    return { kind: "work", template };
  };
  let state = next();
  const source: WorkSource = {
    state: () => state,
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    submit: async () => ({ accepted: true }),
  };
  const options = {
    ...DEFAULT_STRATUM_OPTIONS,
    ...{ port: 0, maxConnections: 10_000, maxConnectionsPerHost: 10_000, maxConnectionsPerAccount: 10_000 },
    ...{ startDifficulty: EASIEST, minDifficulty: EASIEST, maxDifficulty: EASIEST },
  };
  const sink = { obstacle: () => null, accepted() {}, blockFound() {}, blockResult() {} };
  const server = new StratumServer(options, {
    ...{ source, sink, clock: systemClock(), random: systemRandom(), log: silentLogger, addressPrefix: "tagon" },
  });
  await server.start();
  if (everyMs > 0)
    setInterval(() => {
      state = next();
      for (const listener of listeners) listener(state);
    }, everyMs).unref();
  const { sharesTotal } = server.metrics;
  answerParent(() => sharesTotal.accepted);
  return server.port;
}

/** Takes and gives lines of the same sizes. */
async function startFloor(): Promise<number> {
  let accepted = 0;
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on("error", () => {});
    createInterface({ input: socket }).on("line", (line) => {
      const { id, method } = JSON.parse(line) as { id: number; method: string };
      if (method === "mining.submit") accepted++;
      socket.write(method === "mining.subscribe" ? floorJob(id) : `{"id":${id},"result":true,"error":null}\n`);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  answerParent(() => accepted);
  return (server.address() as { port: number }).port;
}

function floorJob(id: number): string {
  const coinbase = "00".repeat(89);
  return (
    `{"id":${id},"result":[[["mining.notify","0000000000000000"]],"00000000",8],"error":null}\n` +
    `{"id":null,"method":"mining.set_difficulty","params":[${EASIEST}]}\n` +
    `{"id":null,"method":"mining.notify","params":["00000000","${"00".repeat(32)}","${coinbase}","${"00".repeat(19)}",[],"20000000","1a00ffff","60000000",true]}\n`
  );
}

function answerParent(accepted: () => number): void {
  process.on("message", ({ collect }: { readonly collect: boolean }) => {
    const { user, system } = process.cpuUsage();
    // Where it is exposed: what is only not yet collected is no growth.
    if (collect) (globalThis as { gc?: () => void }).gc?.();
    const { rss, heapUsed } = process.memoryUsage();
    const usage: PoolUsage = {
      cpuMicros: user + system,
      residentMiB: rss / 2 ** 20,
      anonymousMiB: rss / 2 ** 20,
      heapMiB: heapUsed / 2 ** 20,
      accepted: accepted(),
    };
    process.send?.(usage);
  });
  process.on("disconnect", () => process.exit(0));
}
