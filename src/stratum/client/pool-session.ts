/** One connection to a pool, from the handshake to its end: terms and jobs in, shares out. */
import type { Cancel, Clock } from "#base";
import { openLineSocket } from "./line-socket.ts";
import {
  hexOf,
  type PoolError,
  parseMessage,
  type RequestId,
  readHex,
  readNotice,
  readUint32,
  readWords,
} from "./messages.ts";
import type { PoolAddress } from "./pool-address.ts";
import { createPoolJob, type PoolJob, type PoolTerms, type Share } from "./pool-job.ts";

const ANSWER_MS = 30_000;
/** Those of BIP 320. */
const VERSION_MASK = 0x1fffe000;
const MAX_EXTRANONCE_BYTES = 64;
/** Pools that do not know these may say so, or nothing at all. */
const OPTIONAL = new Set(["mining.configure", "mining.extranonce.subscribe"]);
/** As long as a pool may make us wait before we come back. */
const MAX_WAIT_S = 600;

export interface Login {
  /** As the pool wants it: mostly an address, and `.worker` behind it. */
  readonly user: string;
  readonly password: string;
  readonly agent: string;
}

export type ShareVerdict =
  | { readonly kind: "accepted" }
  | { readonly kind: "stale" | "rejected"; readonly why: string }
  /** The connection ended before the answer. */
  | { readonly kind: "lost" };

export type SessionEnd =
  | { readonly kind: "lost"; readonly why: string }
  /** The pool does not want us; trying again does not help. */
  | { readonly kind: "refused"; readonly why: string }
  | { readonly kind: "moved"; readonly host: string; readonly port: number; readonly waitMs: number };

export interface SessionParts {
  readonly clock: Clock;
  readonly onJob: (job: PoolJob) => void;
  /** What the pool wants its miners to read. */
  readonly onWords: (words: string) => void;
  readonly onEnd: (end: SessionEnd) => void;
}

export interface PoolSession {
  /** Of a job of this session. */
  submit(share: Share): Promise<ShareVerdict>;
  close(): void;
}

interface Asked {
  readonly answer: (result: unknown, error: PoolError | null) => void;
  readonly cancel: Cancel;
}

export function openPoolSession(address: PoolAddress, login: Login, parts: SessionParts): PoolSession {
  const { clock } = parts;
  const asked = new Map<number, Asked>();
  const unanswered = new Set<(verdict: ShareVerdict) => void>();
  const terms: { -readonly [Key in keyof PoolTerms]: PoolTerms[Key] } = {
    ...{ extranonce1: new Uint8Array(), extranonce2Bytes: 0, versionMask: 0, difficulty: 1, jobsBefore: 0 },
  };
  let [isSubscribed, isAuthorized, isOver] = [false, false, false];
  let requests = 0;
  /** Told before we were ready for it. */
  let early: readonly unknown[] | null = null;

  const close = (): void => {
    isOver = true;
    socket.close();
    for (const { cancel } of asked.values()) cancel();
    for (const answer of [...unanswered]) answer({ kind: "lost" });
  };
  const end = (how: SessionEnd): void => {
    if (isOver) return;
    close();
    parts.onEnd(how);
  };
  const lost = (why: string): void => end({ kind: "lost", why });
  const ask = (method: string, params: readonly unknown[], answer: Asked["answer"]): void => {
    const id = ++requests;
    const isOptional = OPTIONAL.has(method);
    const cancel = isOptional ? () => {} : clock.after(ANSWER_MS, () => lost(`the pool does not answer ${method}`));
    asked.set(id, { answer, cancel });
    socket.send(JSON.stringify({ id, method, params }));
  };
  const takeNotice = (params: readonly unknown[]): void => {
    const notice = readNotice(params);
    if (notice === null) {
      lost("the pool sent work that is not understood");
      return;
    }
    const job = createPoolJob(notice, { ...terms });
    terms.jobsBefore++;
    parts.onJob(job);
  };
  const takeAnswer = (id: number, result: unknown, error: PoolError | null): void => {
    const request = asked.get(id);
    asked.delete(id);
    request?.cancel();
    request?.answer(result, error);
  };
  const isReady = (): boolean => isSubscribed && isAuthorized;
  const begin = (): void => {
    if (!isReady() || early === null) return;
    takeNotice(early);
    early = null;
  };
  const shakeHands = (): void => {
    const wish = { "version-rolling.mask": hexOf(VERSION_MASK), "version-rolling.min-bit-count": 2 };
    ask("mining.configure", [["version-rolling"], wish], (result, error) => {
      if (error === null) terms.versionMask = agreedMask(result);
    });
    ask("mining.subscribe", [login.agent], (result, error) => {
      const agreed = readSubscription(result);
      if (error !== null) end({ kind: "refused", why: `the pool refuses to work with us: ${error.words}` });
      else if (agreed === null) lost("the pool's answer to mining.subscribe is not understood");
      else {
        Object.assign(terms, agreed);
        isSubscribed = true;
        begin();
      }
    });
    ask("mining.extranonce.subscribe", [], () => {});
    ask("mining.authorize", [login.user, login.password], (result, error) => {
      isAuthorized = error === null && result === true;
      const why = error === null ? "" : `: ${error.words}`;
      if (isAuthorized) begin();
      else end({ kind: "refused", why: `the pool does not take ${login.user}${why}` });
    });
  };
  /** What a pool may call; the result answers it where it wants an answer. */
  const calls: Readonly<Record<string, (params: readonly unknown[]) => unknown>> = {
    "mining.notify"(params) {
      if (isReady()) takeNotice(params);
      else early = params;
    },
    "mining.set_difficulty"([difficulty]) {
      const isOne = typeof difficulty === "number" && difficulty > 0 && Number.isFinite(difficulty);
      if (isOne) terms.difficulty = difficulty;
      else lost("the pool sent a difficulty that is none");
    },
    "mining.set_extranonce"([extranonce1, size]) {
      const agreed = readSubscription([null, extranonce1, size]);
      if (agreed === null) lost("the pool sent an extranonce that is none");
      else Object.assign(terms, agreed);
    },
    "mining.set_version_mask"([mask]) {
      terms.versionMask = ((readUint32(mask) ?? 0) & VERSION_MASK) >>> 0;
    },
    "client.show_message": ([words]) => parts.onWords(readWords(words)),
    "client.reconnect": ([host, port, waitS]) => end(readMove(address, host, port, waitS)),
    "client.get_version": () => login.agent,
    "mining.ping": () => "pong",
  };
  const takeCall = (id: RequestId, method: string, params: readonly unknown[]): void => {
    const isKnown = Object.hasOwn(calls, method);
    const result = isKnown ? calls[method]?.(params) : undefined;
    if (id === null) return;
    const error = isKnown ? null : [20, "Unknown method", null];
    socket.send(JSON.stringify({ id, result: isKnown ? (result ?? true) : null, error }));
  };
  const socket = openLineSocket(address, {
    onOpen: shakeHands,
    onEnd: lost,
    onLine(line) {
      const message = parseMessage(line);
      if (message === null) lost("what listens there does not speak Stratum");
      else if (message.kind === "call") takeCall(message.id, message.method, message.params);
      else takeAnswer(message.id, message.result, message.error);
    },
  });

  return {
    submit({ params }) {
      return new Promise((resolve) => {
        const answer = (verdict: ShareVerdict): void => {
          unanswered.delete(answer);
          resolve(verdict);
        };
        unanswered.add(answer);
        if (isOver) answer({ kind: "lost" });
        else
          ask("mining.submit", [login.user, ...params], (result, error) => {
            const why = error?.words ?? "without a reason";
            if (error === null && result === true) answer({ kind: "accepted" });
            else answer(error?.code === 21 ? { kind: "stale", why } : { kind: "rejected", why });
          });
      });
    },
    close,
  };
}

function agreedMask(result: unknown): number {
  if (typeof result !== "object" || result === null) return 0;
  const { "version-rolling": isAgreed, "version-rolling.mask": mask } = result as Record<string, unknown>;
  return isAgreed === true ? ((readUint32(mask) ?? 0) & VERSION_MASK) >>> 0 : 0;
}

function readSubscription(result: unknown): Pick<PoolTerms, "extranonce1" | "extranonce2Bytes"> | null {
  if (!Array.isArray(result)) return null;
  const extranonce1 = readHex(result[1]);
  const size: unknown = result[2];
  const fits = typeof size === "number" && Number.isInteger(size) && size >= 0 && size <= MAX_EXTRANONCE_BYTES;
  if (extranonce1 === null || extranonce1.length > MAX_EXTRANONCE_BYTES || !fits) return null;
  return { extranonce1, extranonce2Bytes: size };
}

/** A pool may move its miners to another port or name of its own; anybody else would take the work for himself. */
function readMove(from: PoolAddress, host: unknown, port: unknown, waitS: unknown): SessionEnd {
  const to = typeof host === "string" && host !== "" ? host : from.host;
  const toPort = Number(port ?? from.port);
  const waitMs = 1_000 * Math.min(MAX_WAIT_S, Math.max(0, Number(waitS ?? 0) || 0));
  const isOwn = to === from.host || to.endsWith(`.${domainOf(from.host)}`);
  if (!isOwn || !Number.isInteger(toPort) || toPort < 1 || toPort > 65_535)
    return { kind: "lost", why: `the pool asked to move to ${to.slice(0, 100)}, which is not its own: ignored` };
  return { kind: "moved", host: to, port: toPort, waitMs };
}

/** The name without its first label, where at least two are left; an address of numbers stands for itself. */
function domainOf(host: string): string {
  const labels = host.split(".");
  if (/^[\d.]+$|:/.test(host)) return host;
  return labels.length > 2 ? labels.slice(1).join(".") : host;
}
