/** A socket and its bounds: lines in at a rate, lines out as far as they are read, and an end to all that is too much. */
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type { Cancel } from "#base";
import type { Backlog } from "./backlog.ts";
import { roundDifficulty } from "./difficulty.ts";
import { handleLine } from "./handle-line.ts";
import { LineReader } from "./line-reader.ts";
import type { Pool } from "./pool.ts";
import { encodeNotice } from "./refusal.ts";
import { type Outlet, Session } from "./session.ts";

/** What is left unsent to a connection that is being dropped goes nowhere after this. */
const FAREWELL_MS = 5_000;

export class Connection implements Outlet {
  readonly host: string;
  readonly isTls: boolean;
  readonly session: Session;
  readonly #pool: Pool;
  readonly #socket: Socket;
  readonly #reader: LineReader;
  /** Lines that may be taken now. */
  #tokens: number;
  #tokensAtMs: number;
  #lastLineMs: number;
  #droppedMs: number | null = null;
  /** Answers of the chunk at hand, sent together. */
  #batch: string | null = null;
  #cancelResume: Cancel = () => {};
  /** When the oldest line that waits has arrived; null while none does. */
  #waitingSinceMs: number | null = null;

  constructor(pool: Pool, socket: Socket, host: string, onClose: () => void) {
    const nowMs = pool.clock.nowMs();
    this.#pool = pool;
    this.#socket = socket;
    this.host = host;
    this.isTls = socket instanceof TLSSocket;
    this.session = new Session(this, nowMs, roundDifficulty(pool.options.startDifficulty));
    this.#reader = new LineReader(pool.options.maxLineBytes);
    this.#tokens = pool.options.requestBurst;
    this.#tokensAtMs = nowMs;
    this.#lastLineMs = nowMs;
    socket.on("data", (chunk: Buffer) => this.#receive(chunk));
    // What went wrong with a miner's line is of no interest; `close` follows.
    socket.on("error", () => {});
    socket.on("close", () => {
      this.#cancelResume();
      onClose();
    });
  }

  send(lines: string): void {
    if (lines === "") return;
    if (this.#batch !== null) this.#batch += lines;
    else this.#write(lines);
  }

  drop(why: string): void {
    if (this.#droppedMs !== null) return;
    this.#droppedMs = this.#pool.clock.nowMs();
    this.#pool.metrics.connectionsDroppedTotal++;
    this.#pool.log.debug("a miner is dropped", { host: this.host, why });
    if (this.#socket.destroyed) return;
    this.#socket.write((this.#batch ?? "") + encodeNotice("client.show_message", [`Disconnected: ${why}`]));
    this.#batch = null;
    this.#socket.destroySoon();
  }

  /** Once a second: what is due by time. */
  tick(nowMs: number): void {
    const { options, gate } = this.#pool;
    if (this.#droppedMs !== null) {
      if (nowMs - this.#droppedMs >= FAREWELL_MS) this.#socket.destroy();
    } else if (gate.isBanned(this.host, nowMs)) this.drop("too many invalid requests from your address");
    else if (!this.session.isMining && nowMs - this.session.connectedMs >= options.authorizeMs)
      this.drop("not authorized in time");
    else if (nowMs - this.#lastLineMs >= options.idleMs) this.drop("idle for too long");
  }

  #receive(chunk: Buffer): void {
    if (this.#droppedMs !== null) return;
    this.#reader.push(chunk);
    this.#work();
  }

  /** Takes lines as far as the rate permits; the rest waits, and so does the miner. */
  #work(): void {
    const { options, clock, metrics } = this.#pool;
    const nowMs = clock.nowMs();
    const arrivedMs = this.#waitingSinceMs ?? performance.now();
    this.#waitingSinceMs = null;
    this.#refill(nowMs);
    const observe = (): void => metrics.onAnswer(performance.now() - arrivedMs);
    let answered = 0;
    let tooLong = false;
    this.#batch = "";
    while (this.#tokens >= 1 && this.#fullBacklog === null && this.#droppedMs === null) {
      const line = this.#reader.next();
      tooLong = line === "too-long";
      if (line === null || tooLong) break;
      this.#tokens--;
      this.#lastLineMs = nowMs;
      const answer = handleLine(this.#pool, this.session, line, observe);
      if (answer === null) continue;
      this.send(answer);
      answered++;
    }
    const answers = this.#batch ?? "";
    this.#batch = null;
    if (answers !== "" && this.#droppedMs === null) this.#write(answers);
    for (let i = 0; i < answered; i++) observe();
    if (tooLong) {
      if (this.session.ticket !== null) this.#pool.gate.strike(this.host, nowMs);
      this.drop(`a line is longer than ${options.maxLineBytes} bytes`);
    } else if (this.#pool.gate.isBanned(this.host, nowMs)) this.drop("too many invalid requests from your address");
    else if (this.#reader.heldBytes > 0 && (this.#tokens < 1 || this.#fullBacklog !== null)) this.#pause(arrivedMs);
  }

  #refill(nowMs: number): void {
    const { requestsPerSecond, requestBurst } = this.#pool.options;
    const earned = ((nowMs - this.#tokensAtMs) * requestsPerSecond) / 1_000;
    this.#tokens = Math.min(requestBurst, this.#tokens + Math.max(0, earned));
    this.#tokensAtMs = nowMs;
  }

  get #fullBacklog(): Backlog | null {
    return [this.session.backlog, this.#pool.backlog].find(({ isFull }) => isFull) ?? null;
  }

  #pause(arrivedMs: number): void {
    const { clock, options } = this.#pool;
    this.#waitingSinceMs = arrivedMs;
    this.#socket.pause();
    this.#cancelResume();
    const resume = (): void => {
      if (this.#socket.destroyed || this.#droppedMs !== null) return;
      this.#socket.resume();
      this.#work();
    };
    this.#cancelResume =
      this.#fullBacklog?.whenRoom(resume) ?? clock.after(Math.ceil(1_000 / options.requestsPerSecond), resume);
  }

  #write(lines: string): void {
    if (this.#droppedMs !== null || this.#socket.destroyed) return;
    this.#socket.write(lines);
    // A miner that does not read, or is no longer there: it would be remembered for ever.
    if (this.#socket.writableLength <= this.#pool.options.maxSendBytes) return;
    this.#droppedMs = this.#pool.clock.nowMs();
    this.#pool.metrics.connectionsDroppedTotal++;
    this.#socket.destroy();
  }
}
