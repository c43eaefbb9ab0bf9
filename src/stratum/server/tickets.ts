/** Gives every connection an extranonce1 of its own, and the same one to a connection that resumes (rule STRATUM-4). */
import { BoundedMap, type Random, toHex } from "#base";
import type { ShareDifficulty } from "./difficulty.ts";

/** By what a share of a job is judged: what was last said before the job was sent. */
export interface Terms {
  /** Order of the first job that it holds for. */
  readonly fromOrder: number;
  readonly difficulty: ShareDifficulty;
  readonly extranonce1: Uint8Array;
}

/** What a connection leaves behind for the one that resumes it. */
export interface Ticket {
  /** 16 hex digits, not to be guessed. */
  readonly session: string;
  readonly extranonce1: Uint8Array;
  /** Oldest first. */
  readonly terms: readonly Terms[];
}

const SESSION_BYTES = 8;
const MAX_LEFT = 16_384;

export class TicketOffice {
  readonly #random: Random;
  readonly #live = new Set<number>();
  readonly #left = new BoundedMap<string, Ticket>(MAX_LEFT);
  #next: number;

  constructor(random: Random) {
    this.#random = random;
    this.#next = random.below(2 ** 32);
  }

  /** @param session of a connection that is gone, if the miner named one */
  take(session: unknown): Ticket {
    const left = typeof session === "string" ? this.#left.get(session) : undefined;
    if (left !== undefined) {
      this.#left.delete(left.session);
      if (this.#claim(numberOf(left.extranonce1))) return left;
    }
    return { session: toHex(this.#random.bytes(SESSION_BYTES)), extranonce1: this.takeExtranonce(), terms: [] };
  }

  /** One that no open connection has. */
  takeExtranonce(): Uint8Array {
    for (;;) {
      const number = this.#next;
      this.#next = (this.#next + 1) % 2 ** 32;
      if (this.#claim(number)) return bytesOf(number);
    }
  }

  releaseExtranonce(extranonce1: Uint8Array): void {
    this.#live.delete(numberOf(extranonce1));
  }

  /** The connection is gone, and may come back. */
  leave(ticket: Ticket): void {
    this.releaseExtranonce(ticket.extranonce1);
    this.#left.set(ticket.session, ticket);
  }

  #claim(number: number): boolean {
    if (this.#live.has(number)) return false;
    this.#live.add(number);
    return true;
  }
}

function numberOf(extranonce1: Uint8Array): number {
  return new DataView(extranonce1.buffer, extranonce1.byteOffset).getUint32(0);
}

function bytesOf(number: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, number);
  return bytes;
}
