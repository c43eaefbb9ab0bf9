/** The highest block that was ever final here: a fence for every branch, and what happens when it is contradicted. */
import { type Logger, toHex } from "#base";
import type { Bus, NodeEvents } from "#events";
import { keys, put, type Write } from "#storage";
import type { TrustedBlock } from "#validation";
import type { BlockStore } from "./block-store.ts";
import type { BlockEntry } from "./entry.ts";
import { encodeTrusted, META } from "./meta.ts";

export interface FinalityParts {
  readonly blocks: Pick<BlockStore, "get">;
  readonly checkpoint: TrustedBlock | null;
  readonly events: Bus<NodeEvents>;
  readonly log: Logger;
}

export class Finality {
  readonly #parts: FinalityParts;
  /** Never goes back, whatever branch the head is on. */
  #finalized: TrustedBlock;
  #violation: string | null = null;

  constructor(finalized: TrustedBlock, parts: FinalityParts) {
    this.#finalized = finalized;
    this.#parts = parts;
  }

  get finalized(): TrustedBlock {
    return this.#finalized;
  }

  /** Why nothing that the node says can be relied on any more; for good. */
  get violation(): string | null {
    return this.#violation;
  }

  /** What is final once `to` is the head: by its votes, or because the head has come past the trusted block. */
  at(to: BlockEntry): TrustedBlock {
    const { blocks, checkpoint } = this.#parts;
    let best = this.#finalized;
    const voted = blocks.get(to.snapshot.finalized.id);
    if (voted !== null && voted.header.height > best.height) best = { height: voted.header.height, id: voted.id };
    // Only what lies behind the trusted block passes the gate.
    const isPast = checkpoint !== null && to.header.height >= checkpoint.height;
    return isPast && checkpoint.height > best.height ? checkpoint : best;
  }

  writesFor(finalized: TrustedBlock): readonly Write[] {
    return finalized.height > this.#finalized.height ? [put(keys.meta(META.finalized), encodeTrusted(finalized))] : [];
  }

  /** Call once what `writesFor` gave is on disk. */
  moveTo(finalized: TrustedBlock): void {
    if (finalized.height <= this.#finalized.height) return;
    this.#finalized = finalized;
    this.#parts.events.emit("finalized", finalized);
  }

  /**
   * A branch that does not descend from what is final is never followed. That it is heavier means nothing; but when
   * two thirds vouch for a later checkpoint of it, a third of the voters has broken its word (rule STAKE-17).
   */
  contradictedBy(entry: BlockEntry, head: BlockEntry): void {
    const { events, log } = this.#parts;
    if (this.#violation !== null || entry.snapshot.justified.epoch <= head.snapshot.finalized.epoch) return;
    const { height, id } = this.#finalized;
    this.#violation = `two thirds of the voters vouch for block ${toHex(entry.id)}, which contradicts block ${toHex(id)} at height ${height} that they had made final: a third of them has signed twice. This node produces and votes no more; find out whom to believe, and start with an empty data directory and --checkpoint`;
    log.error("finality was contradicted", { id: toHex(entry.id), height });
    events.emit("notice", { code: "safety-violation", text: this.#violation, active: true });
  }
}
