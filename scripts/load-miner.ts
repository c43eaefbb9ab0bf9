/** One of many miners in one process: a real socket, and true shares of the difficulty that the pool sets. */
import { hash } from "node:crypto";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { asAddress } from "#base";
import { formatAddress } from "#crypto";

/** So many miners have accounts of their own; the others share them. */
const ACCOUNTS = 500;
const EXTRANONCE2 = "00000000000000ff";
/** Of difficulty 1 the first 48 bits, the highest first, as a number. */
const FIRST_TARGET_48 = 0xffff;

export interface LoadMiner {
  readonly socket: Socket;
  readonly name: string;
  /** By id, when each share was sent. */
  readonly sent: Map<number, number>;
  isOpen: boolean;
  extranonce1: string;
  rest: string;
  /** Of the next job. */
  difficulty: number;
  job: LoadJob | null;
}

interface LoadJob {
  /** As it came; what is in it is read with the first share, so that a new head does not halt all miners at once. */
  readonly line: string;
  params: readonly string[];
  /** A hash whose first 48 bits are below it is a share. */
  readonly limit: number;
  /** Null until the first share of it is sought. */
  header: Buffer | null;
  nonce: number;
}

export interface LoadAnswers {
  /** @param code null for a share that counts, else why not (STRATUM-3) */
  answered(ms: number, code: number | null): void;
  /** The connection ended with so many shares unanswered. */
  closed(unanswered: number): void;
}

/** Resolves when it has work. */
export async function joinPool(port: number, index: number, answers: LoadAnswers): Promise<LoadMiner> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  const account = new Uint8Array(20);
  new DataView(account.buffer).setUint32(0, index % ACCOUNTS);
  const name = `${formatAddress(asAddress(account), "tagon")}.${index}`;
  const miner: LoadMiner = {
    ...{ socket, name, sent: new Map(), isOpen: true, extranonce1: "", rest: "", difficulty: 1 },
    job: null,
  };
  socket.setEncoding("latin1");
  socket.on("error", () => {});
  await once(socket, "connect");
  const ready = new Promise<void>((resolve, reject) => {
    socket.on("close", () => {
      reject(new Error("the pool closed a connection"));
      miner.isOpen = false;
      answers.closed(miner.sent.size);
      miner.sent.clear();
    });
    socket.on("data", (text: string) => {
      const lines = (miner.rest + text).split("\n");
      miner.rest = lines.pop()!;
      for (const line of lines) take(miner, line, answers);
      if (miner.job !== null && miner.extranonce1 !== "") resolve();
    });
  });
  socket.write('{"id":0,"method":"mining.subscribe","params":["load/1"]}\n');
  socket.write(`{"id":-1,"method":"mining.authorize","params":["${name}","x"]}\n`);
  await ready;
  return miner;
}

function take(miner: LoadMiner, line: string, answers: LoadAnswers): void {
  const id = /^\{"id":(\d+)/.exec(line)?.[1];
  if (id === undefined || id === "0") {
    takeNotice(miner, line);
    return;
  }
  const sentMs = miner.sent.get(Number(id));
  if (sentMs === undefined) return;
  miner.sent.delete(Number(id));
  const isCounted = line.includes('"result":true');
  answers.answered(performance.now() - sentMs, isCounted ? null : Number(/"error":\[(\d+)/.exec(line)?.[1] ?? 0));
}

function takeNotice(miner: LoadMiner, line: string): void {
  if (line.includes('"method":"mining.notify"')) {
    const limit = FIRST_TARGET_48 / miner.difficulty;
    miner.job = { line, params: [], limit, header: null, nonce: 0 };
    return;
  }
  const { id, method, params, result } = JSON.parse(line) as {
    readonly id: unknown;
    readonly method?: string;
    readonly params?: readonly unknown[];
    readonly result?: readonly unknown[];
  };
  if (id === 0) miner.extranonce1 = result![1] as string;
  else if (method === "mining.set_difficulty") miner.difficulty = params![0] as number;
}

export function sendShare(miner: LoadMiner, id: number): void {
  const job = miner.job!;
  if (job.header === null) job.params = (JSON.parse(job.line) as { readonly params: readonly string[] }).params;
  const [jobId, prevhash, coinb1, coinb2, , version, nbits, ntime] = job.params;
  job.header ??= Buffer.concat([
    Buffer.from(version!, "hex").reverse(),
    Buffer.from(prevhash!, "hex").swap32(),
    sha256d(Buffer.from(coinb1 + miner.extranonce1 + EXTRANONCE2 + coinb2, "hex")),
    Buffer.from(ntime!, "hex").reverse(),
    Buffer.from(nbits!, "hex").reverse(),
    Buffer.alloc(4),
  ]);
  do job.header.writeUInt32LE(job.nonce++, 76);
  while (sha256d(job.header).readUIntLE(26, 6) >= job.limit);
  const nonce = (job.nonce - 1).toString(16).padStart(8, "0");
  miner.sent.set(id, performance.now());
  miner.socket.write(
    `{"id":${id},"method":"mining.submit","params":["${miner.name}","${jobId}","${EXTRANONCE2}","${ntime}","${nonce}"]}\n`,
  );
}

function sha256d(bytes: Buffer): Buffer {
  return hash("sha256", hash("sha256", bytes, "buffer"), "buffer");
}
