/**
 * A miner written from the public description of Stratum V1 alone, with nothing of the program in it: it hashes one nonce at
 * a time and knows no trick.
 */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { createInterface } from "node:readline";

interface Job {
  readonly id: string;
  readonly prevHash: string;
  readonly coinb1: string;
  readonly coinb2: string;
  readonly branches: readonly string[];
  readonly version: string;
  readonly bits: string;
  readonly time: string;
  /** Of the difficulty that was set when it came. */
  readonly target: bigint;
}

export interface MinedShare {
  /** The 80 bytes in hex. */
  readonly header: string;
  /** As explorers write it: what is hashed, read from its end. */
  readonly hash: string;
  readonly isBlock: boolean;
  /** Null until the pool has answered. */
  verdict: true | string | null;
}

const BATCH = 500;
/** However fast the machine, a pool is given no more than it has time for. */
const MOST_UNANSWERED = 16;
const DIFFICULTY_1 = 0xffffn * 2n ** 208n;

export class StratumMiner {
  readonly shares: MinedShare[] = [];
  /** What the pool said in words. */
  readonly notices: string[] = [];
  /** Where it was asked to go; it stays. */
  readonly moves: unknown[] = [];
  readonly #socket: Socket;
  readonly #user: string;
  readonly #waiting = new Map<number, (message: Answer) => void>();
  readonly #unanswered = new Set<Promise<void>>();
  #next = 1;
  #extranonce1 = "";
  #extranonce2Bytes = 0;
  #difficulty = 1;
  #job: Job | null = null;
  #extranonce2 = 0;
  #lost = false;

  private constructor(socket: Socket, user: string) {
    this.#socket = socket;
    this.#user = user;
    const lines = createInterface(socket).on("line", (line) => this.#hear(JSON.parse(line)));
    // A pool that is killed resets the connection; its end says enough.
    for (const emitter of [socket, lines]) emitter.on("error", () => {});
    socket.on("close", () => {
      this.#lost = true;
      for (const answer of this.#waiting.values()) answer({ result: null, error: [0, "lost", null] });
    });
  }

  static async connect(port: number, user: string): Promise<StratumMiner> {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    return StratumMiner.over(socket, user);
  }

  /** @param socket that is open, with whatever below it */
  static async over(socket: Socket, user: string): Promise<StratumMiner> {
    const miner = new StratumMiner(socket, user);
    const { result } = await miner.#ask("mining.subscribe", ["written-from-the-description/1"]);
    const [, extranonce1, size] = result as [unknown, string, number];
    miner.#extranonce1 = extranonce1;
    miner.#extranonce2Bytes = size;
    const answer = await miner.#ask("mining.authorize", [user, "x"]);
    if (answer.result !== true) throw new Error(`not authorized: ${JSON.stringify(answer.error)}`);
    return miner;
  }

  get accepted(): readonly MinedShare[] {
    return this.shares.filter(({ verdict }) => verdict === true);
  }

  /** Searches until told to stop, or until the pool is gone; then every share has its verdict. */
  async mine(isDone: () => boolean): Promise<void> {
    while (!isDone() && !this.#lost) {
      const job = this.#job;
      if (this.#unanswered.size >= MOST_UNANSWERED) await Promise.race(this.#unanswered);
      else if (job !== null) this.#search(job);
      // Lines that came meanwhile are read in between.
      await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.all(this.#unanswered);
  }

  /** Until as many shares more are accepted. */
  mineShares(count: number): Promise<void> {
    const goal = this.accepted.length + count;
    return this.mine(() => this.accepted.length >= goal);
  }

  /** Until one more is accepted that is a block. Of several on one parent the pool gives its node the first. */
  mineBlock(): Promise<void> {
    const count = () => this.accepted.filter(({ isBlock }) => isBlock).length;
    const before = count();
    return this.mine(() => count() > before);
  }

  close(): void {
    this.#socket.destroy();
  }

  #search(job: Job): void {
    const extranonce2 = (this.#extranonce2++).toString(16).padStart(2 * this.#extranonce2Bytes, "0");
    const coinbase = Buffer.from(job.coinb1 + this.#extranonce1 + extranonce2 + job.coinb2, "hex");
    let root = sha256d(coinbase);
    for (const branch of job.branches) root = sha256d(Buffer.concat([root, Buffer.from(branch, "hex")]));
    const header = Buffer.concat([
      backwards(job.version),
      // Words of four bytes, each turned round.
      Buffer.concat(job.prevHash.match(/.{8}/g)!.map(backwards)),
      root,
      backwards(job.time),
      backwards(job.bits),
      Buffer.alloc(4),
    ]);
    for (let nonce = 0; nonce < BATCH; nonce++) {
      header.writeUInt32LE(nonce, 76);
      const hash = Buffer.from(sha256d(header)).reverse().toString("hex");
      const value = BigInt(`0x${hash}`);
      if (value > job.target) continue;
      const share: MinedShare = {
        ...{ header: header.toString("hex"), hash, verdict: null },
        isBlock: value <= targetOf(Number.parseInt(job.bits, 16)),
      };
      this.shares.push(share);
      const nonceText = nonce.toString(16).padStart(8, "0");
      const answered = this.#ask("mining.submit", [this.#user, job.id, extranonce2, job.time, nonceText]).then(
        ({ result, error }) => {
          share.verdict = result === true ? true : String(error?.[1]);
          this.#unanswered.delete(answered);
        },
      );
      this.#unanswered.add(answered);
      // One at a time: a block makes the rest of this worthless.
      return;
    }
  }

  #ask(method: string, params: readonly unknown[]): Promise<Answer> {
    const id = this.#next++;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.#socket.write(`${JSON.stringify({ id, method, params })}\n`);
    });
  }

  #hear(message: Message): void {
    if (message.id !== null && message.method === undefined) {
      this.#waiting.get(message.id)?.(message);
      this.#waiting.delete(message.id);
      return;
    }
    const params = message.params ?? [];
    switch (message.method) {
      case "mining.set_difficulty":
        this.#difficulty = params[0] as number;
        break;
      case "client.show_message":
        this.notices.push(params[0] as string);
        break;
      case "client.reconnect":
        this.moves.push(params);
        break;
      case "mining.notify": {
        const [id, prevHash, coinb1, coinb2, branches, version, bits, time] = params as [
          ...[string, string, string, string],
          ...[string[], string, string, string],
        ];
        const target = BigInt(Math.floor(2 ** 20 / this.#difficulty)) * (DIFFICULTY_1 / 2n ** 20n);
        this.#job = { id, prevHash, coinb1, coinb2, branches, version, bits, time, target };
      }
    }
  }
}

interface Answer {
  readonly result: unknown;
  readonly error: readonly [number, string, unknown] | null;
}

interface Message extends Answer {
  readonly id: number | null;
  readonly method?: string;
  readonly params?: readonly unknown[];
}

function sha256d(bytes: Uint8Array): Buffer {
  return createHash("sha256").update(createHash("sha256").update(bytes).digest()).digest();
}

function backwards(hex: string): Buffer {
  return Buffer.from(hex, "hex").reverse();
}

function targetOf(bits: number): bigint {
  return BigInt(bits & 0xffffff) * 2n ** (8n * BigInt((bits >>> 24) - 3));
}
