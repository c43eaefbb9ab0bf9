/**
 * Watches whether somebody else signs with keys that came from elsewhere, before they sign here: two nodes with one key
 * would soon sign two blocks in one slot (rule STAKE-20).
 */
import { type Cancel, type Clock, equalBytes, every, type Key, type Logger, toHex } from "#base";
import type { Chain } from "#chain";
import type { Bus, NodeEvents } from "#events";
import { decodeSignedSeal, type Header, type Vote } from "#model";

/** Whole epochs without a sign of somebody else. */
const WATCHED_EPOCHS = 2;
const LOOK_MS = 1_000;
/** Between two looks; after more the machine slept, or its clock was set, and nobody knows what others did meanwhile. */
const MAX_GAP_MS = 10_000;

export interface DoppelgaengerOptions {
  /** Those that must be watched; with none of them nothing is in the way. */
  readonly keys: readonly Key[];
}

export interface DoppelgaengerParts {
  readonly chain: Pick<Chain, "block" | "body"> & { readonly engine: Pick<Chain["engine"], "lottery"> };
  /** Whether the node sees what others do at present: connected, and not catching up. Time without it does not count. */
  readonly sees: () => boolean;
  /** The wait is over: the key need not be watched again. */
  readonly onOver: (key: Key) => Promise<void>;
  readonly events: Bus<NodeEvents>;
  readonly clock: Clock;
  readonly log: Logger;
}

export class DoppelgaengerWatch {
  readonly #keys: readonly Key[];
  readonly #parts: DoppelgaengerParts;
  readonly #stops: Cancel[] = [];
  /** What was signed before may have come from where the key was until now. */
  readonly #firstSlot: number;
  #countsFromMs: number;
  #lookedMs: number;
  #isOver: boolean;
  #seen: string | null = null;

  constructor({ keys }: DoppelgaengerOptions, parts: DoppelgaengerParts) {
    const { lottery } = parts.chain.engine;
    this.#keys = keys;
    this.#parts = parts;
    this.#countsFromMs = parts.clock.nowMs();
    this.#lookedMs = this.#countsFromMs;
    this.#firstSlot = (lottery?.slotAt(this.#countsFromMs) ?? 0) + 1;
    this.#isOver = keys.length === 0 || lottery === null;
  }

  start(): void {
    if (this.#isOver) return;
    const { events, clock, chain } = this.#parts;
    this.#lookedMs = clock.nowMs();
    this.#stops.push(
      events.on("block-stored", ({ id, header }) => {
        this.#sawHeader(header);
        const entry = chain.block(id);
        if (entry !== null) for (const vote of chain.body(entry).votes) this.sawVote(vote);
      }),
      every(clock, LOOK_MS, () => this.#look()),
    );
  }

  stop(): void {
    for (const stop of this.#stops.splice(0)) stop();
  }

  /** Why the keys must not sign yet, or not at all; null when they may. */
  obstacle(): string | null {
    if (this.#seen !== null) return this.#seen;
    if (this.#isOver) return null;
    const left = Math.max(1, this.#untilEpoch() - this.#epochNow());
    return `an imported key waits until nobody else was seen to use it: ${left} more ${left === 1 ? "epoch" : "epochs"}`;
  }

  /** A vote with a true signature, in a block or on its own. */
  sawVote({ key, target }: Vote): void {
    const { lottery } = this.#parts.chain.engine;
    const isNew = lottery !== null && target.epoch > lottery.epochOf(this.#firstSlot);
    if (isNew) this.#saw(key, `a vote for epoch ${target.epoch}`);
  }

  #sawHeader(header: Header): void {
    const seal = decodeSignedSeal(header.seal);
    const slot = this.#parts.chain.engine.lottery?.slotAt(header.timeMs) ?? 0;
    if (seal !== null && slot >= this.#firstSlot) this.#saw(seal.key, `a block in slot ${slot}`);
  }

  #saw(key: Key, what: string): void {
    if (this.#isOver || this.#seen !== null || !this.#keys.some((own) => equalBytes(own, key))) return;
    this.#seen = `key ${toHex(key)} is in use elsewhere: it signed ${what} that was not signed here. Stop the other node and start this one again, or rotate the key`;
    this.#parts.log.error("a signing key is in use elsewhere", { key: toHex(key), what });
    this.#parts.events.emit("notice", { code: "key-in-use", text: this.#seen, active: true });
    this.stop();
  }

  #look(): void {
    const { clock, sees, onOver, log } = this.#parts;
    const nowMs = clock.nowMs();
    const wasAway = Math.abs(nowMs - this.#lookedMs) > MAX_GAP_MS;
    this.#lookedMs = nowMs;
    if (wasAway || !sees()) this.#countsFromMs = nowMs;
    if (this.#epochNow() < this.#untilEpoch()) return;
    this.#isOver = true;
    this.stop();
    log.info("nobody else uses the imported keys", { count: this.#keys.length });
    for (const key of this.#keys)
      onOver(key).catch((error) => log.warn("the end of the wait was not written down", { why: String(error) }));
  }

  #epochNow(): number {
    return this.#epochAt(this.#parts.clock.nowMs());
  }

  /** The epoch in which the time began to count is not whole. */
  #untilEpoch(): number {
    return this.#epochAt(this.#countsFromMs) + 1 + WATCHED_EPOCHS;
  }

  #epochAt(timeMs: number): number {
    const { lottery } = this.#parts.chain.engine;
    return lottery === null ? 0 : lottery.epochOf(lottery.slotAt(timeMs));
  }
}
