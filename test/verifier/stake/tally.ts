/** Which votes count, and what they justify and make final (rules STAKE-10, STAKE-11). */
import { check } from "../refusal.ts";
import type { Table } from "./table.ts";
import type { Vote, VoteEnd } from "./vote.ts";

export interface Checkpoint extends VoteEnd {
  readonly height: bigint;
}

export interface Standing {
  readonly justified: Checkpoint;
  readonly final: Checkpoint;
}

export class Tally {
  readonly target: Checkpoint;
  readonly source: Checkpoint;
  readonly #table: Table;
  readonly #before: Table;
  readonly #takesFormer: boolean;
  readonly #voters = new Set<string>();

  /** @param takesFormer whether those may vote that stand in `before` alone (STAKE-23) */
  constructor(target: Checkpoint, source: Checkpoint, table: Table, before: Table, takesFormer: boolean) {
    this.target = target;
    this.source = source;
    this.#table = table;
    this.#before = before;
    this.#takesFormer = takesFormer;
  }

  isFor({ target }: Vote): boolean {
    const { epoch, id } = this.target;
    return epoch === target.epoch && id.equals(target.id) && epoch > this.source.epoch;
  }

  count({ source, key }: Vote): void {
    const voter = key.toString("hex");
    const { epoch, id } = this.source;
    check(source.epoch === epoch && source.id.equals(id), "STAKE-10", `the source of ${voter} is another checkpoint`);
    const isVoter = this.#table.weights.has(voter) || (this.#takesFormer && this.#before.weights.has(voter));
    check(isVoter, "STAKE-10", `${voter} is not in the table`);
    check(!this.#voters.has(voter), "STAKE-10", `${voter} voted before`);
    this.#voters.add(voter);
  }

  hasMajority(): boolean {
    return this.#holdsTwoThirds(this.#table) && this.#holdsTwoThirds(this.#before);
  }

  #holdsTwoThirds({ weights, total }: Table): boolean {
    let sum = 0n;
    for (const voter of this.#voters) sum += weights.get(voter) ?? 0n;
    return 3n * sum >= 2n * total;
  }
}

/** @param tallies that of the epoch before, then that of the block's own */
export function countVotes(votes: readonly Vote[], tallies: readonly Tally[], standing: Standing): Standing {
  for (const vote of votes) {
    const tally = tallies.find((each) => each.isFor(vote));
    check(tally !== undefined, "STAKE-10", `a vote for epoch ${vote.target.epoch} has no tally`);
    tally.count(vote);
  }
  let { justified, final } = standing;
  if (votes.length === 0) return standing;
  for (const tally of tallies.filter((each) => each.hasMajority())) {
    const { source, target } = tally;
    if (target.epoch > justified.epoch) justified = target;
    if (target.epoch === source.epoch + 1n && source.epoch > final.epoch) final = source;
  }
  return { justified, final };
}
