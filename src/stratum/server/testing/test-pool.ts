/** A server on a free port with a stub of a node, a clock that the test moves, and a sink that remembers. */
import { createManualClock, type ManualClock, seededRandom, silentLogger } from "#base";
import { formatAddress } from "#crypto";
import type { AcceptedShare, BlockResult, FoundBlock, ShareSink } from "../../share.ts";
import { DEFAULT_STRATUM_OPTIONS, type StratumOptions } from "../settings.ts";
import { StratumServer } from "../stratum-server.ts";
import { createStubSource, HARD_TARGET, type StubSource, testHash } from "./stub-source.ts";
import { connectMiner, type TestMiner } from "./test-miner.ts";

export const START_MS = 1_800_000_000_000;
export const PREFIX = "tagon";

/** An account's text. */
export function testAddress(name: string, prefix = PREFIX): string {
  return formatAddress(testHash(name).slice(0, 20) as never, prefix);
}

export interface MemorySink extends ShareSink {
  readonly shares: AcceptedShare[];
  readonly blocks: FoundBlock[];
  readonly results: BlockResult[];
  trouble: string | null;
  /** Runs on each share before it counts. */
  before: (share: AcceptedShare) => void | Promise<void>;
}

export interface TestPool {
  readonly server: StratumServer;
  readonly source: StubSource;
  readonly sink: MemorySink;
  readonly clock: ManualClock;
  connect(): Promise<TestMiner>;
  /** Connects, subscribes, authorizes. */
  miner(name?: string, password?: string): Promise<TestMiner>;
  /** Waits until the server has noticed that so many connections are left. */
  settled(connections: number): Promise<void>;
  /** Lets time pass, and with it what is due. */
  pass(ms: number): void;
  stop(): Promise<void>;
}

export async function startTestPool(
  options: Partial<StratumOptions> = {},
  target: bigint = HARD_TARGET,
  seed = 1,
): Promise<TestPool> {
  const clock = createManualClock(START_MS);
  const source = createStubSource(target, START_MS);
  const sink = createMemorySink();
  const server = new StratumServer(
    // A share in about 16 hashes, and nothing moves by itself.
    { ...DEFAULT_STRATUM_OPTIONS, port: 0, startDifficulty: 2 ** -28, minDifficulty: 2 ** -28, ...options },
    { source, sink, clock, random: seededRandom(seed), log: silentLogger, addressPrefix: PREFIX },
  );
  await server.start();
  const miners: TestMiner[] = [];
  const connect = async (): Promise<TestMiner> => {
    const miner = await connectMiner(server.port);
    miners.push(miner);
    return miner;
  };
  return {
    ...{ server, source, sink, clock, connect },
    async miner(name = testAddress("miner"), password = "x") {
      const miner = await connect();
      await miner.join(name, password);
      return miner;
    },
    async settled(connections) {
      while (server.metrics.connections !== connections) await new Promise((resolve) => setImmediate(resolve));
    },
    pass: (ms) => clock.runTo(clock.nowMs() + ms),
    async stop() {
      for (const miner of miners) miner.socket.destroy();
      await server.stop();
    },
  };
}

function createMemorySink(): MemorySink {
  const sink: MemorySink = {
    shares: [],
    blocks: [],
    results: [],
    trouble: null,
    before: () => {},
    obstacle: () => sink.trouble,
    accepted(share) {
      const wait = sink.before(share);
      if (wait instanceof Promise) return wait.then(() => void sink.shares.push(share));
      sink.shares.push(share);
    },
    blockFound: (block) => void sink.blocks.push(block),
    blockResult: (_block, result) => void sink.results.push(result),
  };
  return sink;
}
