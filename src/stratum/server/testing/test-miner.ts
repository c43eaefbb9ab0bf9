/** A miner for tests, written from the public description of Stratum V1 and knowing nothing of the server's code. */
import { createHash } from "node:crypto";
import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";

export interface Message {
  readonly id?: unknown;
  readonly method?: string;
  readonly params?: readonly unknown[];
  readonly result?: unknown;
  readonly error?: readonly [number, string, null] | null;
}

export interface MinerJob {
  readonly id: string;
  readonly prevhash: string;
  readonly coinb1: string;
  readonly coinb2: string;
  readonly version: string;
  readonly nbits: string;
  readonly ntime: string;
  readonly clean: boolean;
}

export interface Share {
  readonly jobId: string;
  readonly extranonce2: string;
  readonly ntime: string;
  readonly nonce: string;
  readonly hash: bigint;
}

export interface TestMiner {
  readonly socket: Socket;
  /** All that was received, in order. */
  readonly messages: readonly Message[];
  readonly jobs: readonly MinerJob[];
  difficulty: number;
  extranonce1: string;
  session: string;
  readonly closed: Promise<void>;
  raw(text: string | Buffer): void;
  call(method: string, ...params: unknown[]): Promise<Message>;
  /** Subscribes and authorizes, and waits for work. */
  join(name: string, password?: string): Promise<void>;
  /** Waits until something that was received fits; what was received before counts. */
  until<T>(find: () => T | undefined | false): Promise<T>;
  /** Searches a share of the latest or the given job. */
  mine(options?: MineOptions): Share;
  submit(name: string, share: Share, ...more: string[]): Promise<Message>;
  close(): Promise<void>;
}

export interface MineOptions {
  readonly job?: MinerJob;
  readonly difficulty?: number;
  readonly extranonce1?: string;
  readonly extranonce2?: number;
  readonly ntime?: string;
  readonly version?: number;
  readonly from?: number;
  /** Which hashes will do, instead of those that meet the difficulty. */
  readonly accept?: (hash: bigint) => boolean;
}

export async function connectMiner(port: number, tls = false): Promise<TestMiner> {
  const socket = tls
    ? connectTls({ host: "127.0.0.1", port, rejectUnauthorized: false })
    : connectTcp({ host: "127.0.0.1", port, noDelay: true });
  const messages: Message[] = [];
  const jobs: MinerJob[] = [];
  const waiting = new Set<() => void>();
  let text = "";
  let calls = 1_000;
  const wake = (): void => {
    for (const look of waiting) look();
  };
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  socket.on("error", () => {});
  closed.then(wake);
  const miner: TestMiner = {
    ...{ socket, messages, jobs, closed, difficulty: 0, extranonce1: "", session: "" },
    raw: (line) => void socket.write(line),
    async call(method, ...params) {
      const id = ++calls;
      socket.write(`${JSON.stringify({ id, method, params })}\n`);
      return miner.until(() => messages.find((one) => one.id === id));
    },
    async join(name, password = "x") {
      const { result } = await miner.call("mining.subscribe", "test/1");
      const [subscriptions, extranonce1] = result as [[string, string][], string];
      miner.session = subscriptions[0]![1];
      miner.extranonce1 = extranonce1;
      const { error } = await miner.call("mining.authorize", name, password);
      if (error != null) throw new Error(error[1]);
      await miner.until(() => jobs.length > 0);
    },
    until(find) {
      return new Promise((resolve, reject) => {
        const look = (): void => {
          const found = find();
          if (found === undefined || found === false) {
            if (socket.destroyed)
              reject(new Error(`the connection is closed; last ${JSON.stringify(messages.at(-1))}`));
            return;
          }
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      });
    },
    mine: (options = {}) => mine(miner, options),
    submit: (name, { jobId, extranonce2, ntime, nonce }, ...more) =>
      miner.call("mining.submit", name, jobId, extranonce2, ntime, nonce, ...more),
    async close() {
      socket.destroy();
      await closed;
    },
  };
  socket.on("data", (chunk: Buffer) => {
    text += chunk.toString();
    const lines = text.split("\n");
    text = lines.pop()!;
    for (const line of lines) take(miner, messages, jobs, JSON.parse(line) as Message);
    wake();
  });
  await new Promise<void>((resolve, reject) => {
    socket.once(tls ? "secureConnect" : "connect", () => resolve());
    socket.once("error", reject);
  });
  return miner;
}

function take(miner: TestMiner, messages: Message[], jobs: MinerJob[], message: Message): void {
  messages.push(message);
  const params = message.params as never[] | undefined;
  if (message.method === "mining.set_difficulty") miner.difficulty = params![0]!;
  else if (message.method === "mining.set_extranonce") miner.extranonce1 = params![0]!;
  else if (message.method === "mining.notify") {
    const [id, prevhash, coinb1, coinb2, , version, nbits, ntime, clean] = params!;
    jobs.push({ id, prevhash, coinb1, coinb2, version, nbits, ntime, clean } as never);
  }
}

const sha256d = (bytes: Buffer): Buffer =>
  createHash("sha256").update(createHash("sha256").update(bytes).digest()).digest();
const reversed = (hex: string): Buffer => Buffer.from(hex, "hex").reverse();
const hex32 = (value: number): string => value.toString(16).padStart(8, "0");

/** The 80 bytes that a miner makes of a job. */
function headerOf(job: MinerJob, extranonce: string, ntime: string, version: string): Buffer {
  const merkleRoot = sha256d(Buffer.from(job.coinb1 + extranonce + job.coinb2, "hex"));
  const parent = Buffer.from(job.prevhash, "hex").swap32();
  return Buffer.concat([reversed(version), parent, merkleRoot, reversed(ntime), reversed(job.nbits), Buffer.alloc(4)]);
}

function mine(miner: TestMiner, options: MineOptions): Share {
  const job = options.job ?? miner.jobs.at(-1)!;
  const extranonce2 = (options.extranonce2 ?? 0).toString(16).padStart(16, "0");
  const ntime = options.ntime ?? job.ntime;
  const version = options.version === undefined ? job.version : hex32(options.version);
  const header = headerOf(job, (options.extranonce1 ?? miner.extranonce1) + extranonce2, ntime, version);
  const difficulty = options.difficulty ?? miner.difficulty;
  // Exact: difficulties have few bits.
  const target = (0xffffn << 272n) / BigInt(difficulty * 2 ** 64);
  const accept = options.accept ?? ((hash: bigint) => hash <= target);
  for (let nonce = options.from ?? 0; nonce < 2 ** 32; nonce++) {
    header.writeUInt32LE(nonce, 76);
    const hash = BigInt(`0x${sha256d(header).reverse().toString("hex")}`);
    if (accept(hash)) return { jobId: job.id, extranonce2, ntime, nonce: hex32(nonce), hash };
  }
  throw new Error("no nonce gives a share");
}
