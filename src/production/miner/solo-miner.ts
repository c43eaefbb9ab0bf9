/** Mines for a node, from outside: asks for work, searches it, gives back the seal (docs/spec/http.md, HTTP-8). */
import { asHash, type Clock, fromHex, type Random, sleep, toHex, writeUint } from "#base";
import { createPartsJob, type SearchJob } from "#consensus";
import type { SearchThreads } from "./search-threads.ts";

/** How old work may get: newer transactions pay too. */
const RENEW_MS = 10_000;
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 10_000;
/** Job salt and extranonce1: whoever searches the same template searches elsewhere. */
const SALT_BYTES = 8;

/** As the API writes it. */
export interface SoloTemplate {
  readonly template: string;
  readonly height: number;
  readonly parent: string;
  readonly version: string;
  readonly minTimeS: number;
  readonly work: { readonly bits: string; readonly difficulty: number; readonly expectedHashes: string };
  readonly coinbase: { readonly head: string; readonly extranonceBytes: number; readonly tail: string };
  readonly reward: string;
  readonly expiresMs: number;
}

export interface BlockOutcome {
  readonly result: "imported" | "stored" | "known" | "waiting";
  readonly height: number;
  readonly hash: string;
}

interface CallOptions {
  readonly signal: AbortSignal;
}

/** A node, as its client offers it; calls fail with errors that have the `status` and `code` of the answer. */
export interface WorkClient {
  miningTemplate(address: string, options: CallOptions): Promise<SoloTemplate>;
  submitMined(block: { readonly template: string; readonly seal: string }, options: CallOptions): Promise<BlockOutcome>;
  /** Moves of the head; the cursor names the new one. */
  events(options: CallOptions): AsyncIterable<{ readonly cursor: string }>;
}

export interface SoloMinerOptions {
  /** Who is credited, as the API writes it. */
  readonly address: string;
  /** End after so many blocks; null: never. */
  readonly blocks: number | null;
}

export interface SoloMinerParts {
  readonly client: WorkClient;
  readonly threads: SearchThreads;
  readonly clock: Clock;
  readonly random: Random;
  readonly onWork: (template: SoloTemplate) => void;
  readonly onBlock: (result: BlockOutcome, template: SoloTemplate) => void;
  /** A seal that came too late for its template, or for the node. */
  readonly onRefused: (why: string) => void;
  /** The node gives no work at present. */
  readonly onTrouble: (why: string, retryMs: number) => void;
}

/** Until the signal comes or the blocks are made. @throws the client's error when the node will never give work */
export async function mineSolo(
  { address, blocks }: SoloMinerOptions,
  parts: SoloMinerParts,
  signal: AbortSignal,
): Promise<void> {
  const { client, threads, clock } = parts;
  const salt = parts.random.bytes(SALT_BYTES);
  const head = followHead(client, signal);
  let retryMs = FIRST_RETRY_MS;
  let made = 0;
  while (!signal.aborted && (blocks === null || made < blocks)) {
    try {
      const told = head.told();
      const template = await client.miningTemplate(address, { signal });
      if (head.hasMoved(told, template.parent)) continue;
      parts.onWork(template);
      const seal = await search(template, salt, parts, head, signal);
      if (seal === null) continue;
      const result = await client.submitMined({ template: template.template, seal }, { signal });
      if (result.result === "imported") made++;
      parts.onBlock(result, template);
      retryMs = FIRST_RETRY_MS;
    } catch (error) {
      threads.pause();
      if (signal.aborted) return;
      if (!isAnswer(error)) throw error;
      // Work that the node has forgotten, or that was found too late, is no trouble.
      if (error.code === "template-unknown" || error.status === 410 || error.status === 422) {
        parts.onRefused(error.message);
        continue;
      }
      if (error.status >= 400 && error.status < 500 && error.status !== 429) throw error;
      parts.onTrouble(error.message, retryMs);
      await sleep(clock, retryMs, signal);
      retryMs = Math.min(2 * retryMs, LAST_RETRY_MS);
    }
  }
}

interface Answer extends Error {
  /** Of HTTP; 0 when nothing was answered. */
  readonly status: number;
  readonly code: string;
}

function isAnswer(error: unknown): error is Answer {
  return error instanceof Error && "status" in error && "code" in error;
}

/** @returns the seal as hex; null when there is better work, with the threads still on the old one if it is only older */
function search(
  template: SoloTemplate,
  salt: Uint8Array,
  { threads, clock }: SoloMinerParts,
  head: HeadWatch,
  signal: AbortSignal,
): Promise<string | null> {
  return new Promise((resolve) => {
    const done = (seal: string | null): void => {
      cancel();
      forget();
      signal.removeEventListener("abort", giveUp);
      resolve(seal);
    };
    const giveUp = (): void => {
      threads.pause();
      done(null);
    };
    const renewMs = Math.min(RENEW_MS, Math.max(0, template.expiresMs - clock.nowMs()));
    const cancel = clock.after(renewMs, () => done(null));
    const forget = head.whenOther(template.parent, giveUp);
    signal.addEventListener("abort", giveUp, { once: true });
    threads.search({
      job: jobOf(template, salt),
      once: true,
      onHit(nonce, work) {
        threads.pause();
        done(toHex(work.seal(nonce)));
      },
    });
  });
}

function jobOf(template: SoloTemplate, salt: Uint8Array): SearchJob {
  const { coinbase, work } = template;
  const parts = {
    version: Number.parseInt(template.version, 16),
    parent: asHash(fromHex(template.parent)!),
    minTimeS: template.minTimeS,
    bits: Number.parseInt(work.bits, 16),
    coinbaseHead: fromHex(coinbase.head)!,
    coinbaseTail: fromHex(coinbase.tail)!,
  };
  return createPartsJob(parts, (round) => {
    const extranonce = new Uint8Array(coinbase.extranonceBytes);
    extranonce.set(salt);
    writeUint(extranonce, SALT_BYTES, coinbase.extranonceBytes - SALT_BYTES, BigInt(round));
    return extranonce;
  });
}

interface HeadWatch {
  /** How many heads were told until now. */
  told(): number;
  /** Whether since then a head was told that is another block than this. */
  hasMoved(since: number, id: string): boolean;
  /** Calls as soon as the head is told to be another block than this. */
  whenOther(id: string, call: () => void): () => void;
}

/** What the node says of its head, as long as it says something; else templates get old by themselves. */
function followHead(client: WorkClient, signal: AbortSignal): HeadWatch {
  let waiting: { readonly id: string; readonly call: () => void } | null = null;
  let [heads, last] = [0, ""];
  const follow = async (): Promise<void> => {
    for await (const { cursor } of client.events({ signal })) {
      heads++;
      last = cursor.slice(cursor.indexOf(":") + 1);
      if (waiting !== null && waiting.id !== last) waiting.call();
    }
  };
  follow().catch(() => {});
  return {
    told: () => heads,
    hasMoved: (since, id) => heads > since && last !== id,
    whenOther(id, call) {
      const mine = { id, call };
      waiting = mine;
      return () => {
        if (waiting === mine) waiting = null;
      };
    },
  };
}
