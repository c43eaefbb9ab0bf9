/** A chain of work, block after block. */
import type { Header } from "./block.ts";
import { u32 } from "./bytes.ts";
import type { Engine, EngineSummary } from "./engine.ts";
import { check } from "./refusal.ts";
import { checkOnParent, checkWork, type Link, type WorkSpecification, workOf } from "./work.ts";

export class WorkEngine implements Engine {
  readonly genesisClaim: Buffer;
  readonly #spec: WorkSpecification;
  readonly #links: Link[] = [];
  /** Of the block that is looked at. */
  #nBits = 0;
  #work = 0n;

  constructor(spec: WorkSpecification) {
    this.#spec = spec;
    this.genesisClaim = u32(spec.engine.limitBits);
  }

  begin(id: Buffer): void {
    const { engine, genesisMs } = this.#spec;
    this.#links.push({ id, height: 0n, timeMs: genesisMs, nBits: engine.limitBits, anchor: 0 });
  }

  checkAlone(header: Header, sealHash: Buffer): Buffer {
    const { nBits, id } = checkWork(header, sealHash, this.#spec.engine);
    this.#nBits = nBits;
    return id;
  }

  checkOnParent(header: Header): void {
    checkOnParent(header, this.#nBits, this.#links, this.#spec);
  }

  checkVotes(votes: readonly Buffer[]): void {
    check(votes.length === 0, "BLOCK-7", "votes on a chain of work");
  }

  orders(): null {
    return null;
  }

  append({ height, timeMs }: Header, id: Buffer): void {
    const nBits = this.#nBits;
    const anchor = nBits === this.#spec.engine.limitBits ? this.#links.length : this.#links.at(-1)!.anchor;
    this.#links.push({ id, height, timeMs, nBits, anchor });
    this.#work += workOf(nBits);
  }

  summary(): EngineSummary {
    return { work: this.#work };
  }
}
