/** The pool's door for miners: Stratum V1 over TCP and TLS (docs/spec/stratum.md). It knows work and shares, and no money. */
import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { type Cancel, type Clock, every, type Logger, OperationError, type Random } from "#base";
import type { ShareSink } from "../share.ts";
import { Backlog } from "./backlog.ts";
import { Connection } from "./connection.ts";
import { assertDescriptors, readDescriptorLimit } from "./descriptor-limit.ts";
import { Gatekeeper, hostOf } from "./gatekeeper.ts";
import { adjustDifficulty, giveJob, waitWords } from "./give-work.ts";
import type { Job } from "./job.ts";
import { createStratumMetrics, type StratumMetrics } from "./metrics.ts";
import type { Pool } from "./pool.ts";
import { encodeNotice } from "./refusal.ts";
import type { Session } from "./session.ts";
import type { StratumOptions } from "./settings.ts";
import { TicketOffice } from "./tickets.ts";
import { readTlsIdentity } from "./tls-identity.ts";
import { WorkDesk } from "./work-desk.ts";
import type { WorkSource } from "./work-source.ts";
import { WorkerMemory } from "./worker-memory.ts";

const TICK_MS = 1_000;
const TIDY_TICKS = 60;
/** Shares of all connections together; a journal has room for more. */
const MOST_UNRECORDED = 10_000;
/** An end that a peer or the way to it has not noticed is found out after this. */
const KEEP_ALIVE_MS = 60_000;

export interface StratumServerParts {
  readonly source: WorkSource;
  readonly sink: ShareSink;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** Of addresses on this chain. */
  readonly addressPrefix: string;
}

/** Where miners shall go. */
export interface Redirection {
  readonly host: string;
  readonly port: number;
  readonly tlsPort: number | null;
  /** After so long. */
  readonly waitS: number;
}

/** A connection that mines, for those who watch. */
export interface MinerInfo {
  readonly host: string;
  readonly agent: string;
  readonly workers: readonly { readonly address: string; readonly worker: string }[];
  readonly difficulty: number;
  readonly connectedMs: number;
  readonly lastShareMs: number | null;
  readonly accepted: number;
  readonly rejected: number;
}

export class StratumServer {
  readonly metrics: StratumMetrics = createStratumMetrics();
  readonly #options: StratumOptions;
  readonly #pool: Pool;
  readonly #connections = new Set<Connection>();
  /** Of the connections, and those in the middle of a handshake. */
  readonly #sockets = new Set<Socket>();
  readonly #servers: Server[] = [];
  #cancelTick: Cancel = () => {};
  #ticks = 0;

  constructor(options: StratumOptions, parts: StratumServerParts) {
    this.#options = options;
    const { clock, random, log, source } = parts;
    const { metrics } = this;
    const desk = new WorkDesk(options, {
      ...{ source, clock, random, log, metrics },
      announce: (job, clean) => this.#announce(job, clean),
      tellState: (why) => this.#tellState(why),
    });
    this.#pool = {
      ...parts,
      ...{ options, desk, metrics },
      gate: new Gatekeeper(options, metrics),
      memory: new WorkerMemory(options.difficultyMemoryMs),
      tickets: new TicketOffice(random),
      backlog: new Backlog(MOST_UNRECORDED),
      accounts: new Map(),
      sessions: new Set(),
    };
  }

  /** @throws OperationError when a port is taken, a certificate cannot be read, or too few files may be open */
  async start(): Promise<void> {
    const { host, port, tlsPort, tlsCertFile, tlsKeyFile, maxConnections, authorizeMs } = this.#options;
    assertDescriptors(maxConnections, readDescriptorLimit());
    const socketOptions = { noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS };
    const plain = createServer(socketOptions, (socket) => {
      if (this.#enter(socket)) this.#admit(socket);
    });
    this.#pool.desk.start();
    try {
      await this.#listen(plain, port, host);
      if (tlsCertFile !== "") {
        const { cert, key, warning } = readTlsIdentity(tlsCertFile, tlsKeyFile, this.#pool.clock.nowMs());
        if (warning !== null) this.#pool.log.warn(warning);
        const tls = createTlsServer({ ...socketOptions, cert, key, handshakeTimeout: authorizeMs }, (socket) =>
          this.#admit(socket),
        );
        // Before the handshake, which would cost more than all else.
        tls.on("connection", (socket: Socket) => this.#enter(socket));
        await this.#listen(tls, tlsPort, host);
      }
    } catch (error) {
      await this.stop();
      throw error;
    }
    this.#cancelTick = every(this.#pool.clock, TICK_MS, () => this.#tick());
  }

  async stop(): Promise<void> {
    this.#cancelTick();
    this.#pool.desk.stop();
    const closed = this.#servers.splice(0).map((server) => {
      const done = once(server, "close");
      server.close();
      return done;
    });
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(closed);
  }

  /** The port in use; useful where a free one was asked for. */
  get port(): number {
    return portOf(this.#servers[0]);
  }

  get tlsPort(): number | null {
    return this.#servers.length < 2 ? null : portOf(this.#servers[1]);
  }

  /** Why miners have no new work at present; null when they have. */
  get down(): string | null {
    return this.#pool.desk.down;
  }

  miners(): readonly MinerInfo[] {
    return [...this.#pool.sessions].map((session) => ({
      host: session.outlet.host,
      agent: session.agent,
      workers: [...session.workers.values()],
      difficulty: session.difficulty?.value ?? session.wantedDifficulty,
      connectedMs: session.connectedMs,
      lastShareMs: session.lastShareMs,
      accepted: session.accepted,
      rejected: session.rejected,
    }));
  }

  /**
   * Asks miners to go elsewhere, or to come back; old ones do not understand it and stay.
   * @param tlsPort for those who came over TLS; null: they are not asked
   * @returns how many are asked
   */
  redirect({ host, port, tlsPort, waitS }: Redirection): number {
    let asked = 0;
    this.#toAll(({ outlet }) => {
      const to = outlet.isTls ? tlsPort : port;
      if (to === null) return "";
      asked++;
      return encodeNotice("client.reconnect", [host, to, waitS]);
    });
    return asked;
  }

  /** A message in words for the logs of all miners. */
  say(words: string): void {
    this.#toAll(() => encodeNotice("client.show_message", [words]));
  }

  /** Gives those that can take it another extranonce1, with a job of its own; for pools that share a range of them. */
  renewExtranonces(): void {
    for (const session of this.#pool.sessions) {
      if (!session.extranonceSubscribed || session.extranonce1 === null) continue;
      session.extranonce1 = this.#pool.tickets.takeExtranonce();
      session.wantsJob = true;
    }
    this.#serveWaiting();
  }

  async #listen(server: Server, port: number, host: string): Promise<void> {
    this.#servers.push(server);
    server.listen(port, host);
    try {
      await once(server, "listening");
    } catch (error) {
      this.#servers.pop();
      const { code, message } = error as NodeJS.ErrnoException;
      const why = LISTEN_WORDS[code ?? ""] ?? message;
      throw new OperationError("stratum-listen", `the pool cannot listen on ${host}:${port}: ${why}`, { cause: error });
    }
    server.on("error", (error) => this.#pool.log.error("the pool's socket failed", { why: String(error) }));
  }

  /** @returns whether the socket may stay */
  #enter(socket: Socket): boolean {
    const { gate, clock } = this.#pool;
    const host = hostOf(socket.remoteAddress ?? "");
    const isFull = this.#sockets.size >= this.#options.maxConnections;
    if (isFull || host === "" || gate.enter(host, clock.nowMs()) !== null) {
      this.metrics.connectionsRefusedTotal++;
      socket.on("error", () => {});
      socket.destroy();
      return false;
    }
    this.#sockets.add(socket);
    socket.once("close", () => {
      this.#sockets.delete(socket);
      gate.leave(host);
    });
    return true;
  }

  #admit(socket: Socket): void {
    const host = hostOf(socket.remoteAddress ?? "");
    this.metrics.connectionsTotal++;
    const connection = new Connection(this.#pool, socket, host, () => this.#leave(connection));
    this.#connections.add(connection);
    this.#pool.sessions.add(connection.session);
    this.metrics.connections = this.#connections.size;
  }

  #leave(connection: Connection): void {
    const { sessions, accounts, tickets, memory, clock } = this.#pool;
    const { session } = connection;
    this.#connections.delete(connection);
    this.metrics.connections = this.#connections.size;
    sessions.delete(session);
    if (session.isMining) this.metrics.sessions--;
    for (const address of new Set([...session.workers.values()].map((worker) => worker.address))) {
      const left = (accounts.get(address) ?? 1) - 1;
      if (left > 0) accounts.set(address, left);
      else accounts.delete(address);
    }
    if (session.terms.length > 0)
      for (const { address, worker } of session.workers.values())
        memory.remember(address, worker, session.wantedDifficulty, clock.nowMs());
    if (session.ticket !== null && session.extranonce1 !== null)
      tickets.leave({ session: session.ticket.session, extranonce1: session.extranonce1, terms: session.terms });
  }

  #tick(): void {
    const { clock, desk, gate } = this.#pool;
    const nowMs = clock.nowMs();
    desk.tick();
    for (const connection of this.#connections) {
      connection.tick(nowMs);
      const { session } = connection;
      // While there is no work, silence says nothing about a miner.
      if (session.isMining && desk.down === null) adjustDifficulty(this.#pool, session, nowMs);
    }
    this.#serveWaiting();
    if (++this.#ticks % TIDY_TICKS === 0) gate.tidy(nowMs);
  }

  /** One new job for all whose terms have changed: a job that they have would be judged by the old ones. */
  #serveWaiting(): void {
    let job: Job | null = null;
    for (const session of this.#pool.sessions) {
      if (!session.wantsJob || !session.isMining) continue;
      job ??= this.#pool.desk.openForSome();
      if (job === null) return;
      giveJob(session, job, false);
    }
  }

  #announce(job: Job, clean: boolean): void {
    for (const session of this.#pool.sessions) if (session.isMining) giveJob(session, job, clean);
  }

  #tellState(why: string | null): void {
    // The silence of the time between says nothing about a miner.
    const nowMs = this.#pool.clock.nowMs();
    if (why === null)
      for (const session of this.#pool.sessions) session.window = { sinceMs: nowMs, shares: 0, difficulty: 0 };
    this.say(why === null ? "The node is back, work goes on." : waitWords(why));
  }

  #toAll(lines: (session: Session) => string): void {
    for (const session of this.#pool.sessions) if (session.isMining) session.outlet.send(lines(session));
  }
}

function portOf(server: Server | undefined): number {
  return (server?.address() as AddressInfo | null)?.port ?? 0;
}

const LISTEN_WORDS: Readonly<Record<string, string>> = {
  EADDRINUSE: "another program does; choose another port",
  EADDRNOTAVAIL: "this machine has no such address",
  EACCES: "this user may not",
};
