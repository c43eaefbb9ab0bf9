/** Gives queued shares their places in the log; nothing is written or changed here. */
import type { Address, Key } from "#base";
import type { AcceptedShare } from "../share.ts";
import { appendLeaf, frontierRoot, leafHash } from "../trust/share-log.ts";
import { encodeShareRecord } from "../trust/share-record.ts";
import type { MinerIndex, NewMiner } from "./miner-index.ts";
import type { AccountingOptions } from "./parts.ts";
import { recordBody } from "./record-bytes.ts";
import { addTally, beginRound, expectationOf, type RoundState, type Tally } from "./round-state.ts";
import type { SharesTable, WithheldTable } from "./tables.ts";

export interface QueuedShare {
  readonly share: AcceptedShare;
  readonly address: Address;
  readonly isBlock: boolean;
}

interface CountedShare {
  readonly miner: number;
  readonly share: AcceptedShare;
}

export interface Batch {
  /** How many of the queued: a block ends its round and so the batch. */
  readonly taken: number;
  readonly rows: readonly SharesTable[];
  readonly withheld: readonly WithheldTable[];
  readonly newMiners: readonly NewMiner[];
  readonly entries: readonly CountedShare[];
  readonly found: CountedShare | null;
  /** What it adds to those of its round. */
  readonly tallies: ReadonlyMap<number, Tally>;
  /** As it is after the batch, but for its tallies, which are added when the batch is written. */
  readonly round: RoundState;
  readonly nextRound: RoundState | null;
}

interface Surroundings {
  readonly round: RoundState;
  readonly poolKey: Key;
  readonly miners: MinerIndex;
  readonly options: Pick<AccountingOptions, "terms" | "dropEvery">;
  /** Shares before this batch. */
  readonly counted: number;
}

export function prepareBatch(queued: readonly QueuedShare[], around: Surroundings): Batch {
  const { round, poolKey, options } = around;
  const blockAt = queued.findIndex(({ isBlock }) => isBlock);
  const taken = blockAt < 0 ? queued : queued.slice(0, blockAt + 1);
  const newMiners: NewMiner[] = [];
  const rows: SharesTable[] = [];
  const withheld: WithheldTable[] = [];
  const entries: CountedShare[] = [];
  const tallies = new Map<number, Tally>();
  let { frontier, work, expected } = round;
  taken.forEach(({ share, address, isBlock }, i) => {
    const miner = around.miners.idOf(share.address, newMiners);
    const record = encodeShareRecord({ ...share, poolKey, round: round.id, leaf: frontier.size, address });
    const row = { round: round.id, leaf: frontier.size, miner, body: recordBody(record) };
    const id = around.counted + i + 1;
    if (options.dropEvery > 0 && !isBlock && id % options.dropEvery === 0) {
      withheld.push({ id: Number(share.timeMs) * 1_000 + (id % 1_000), ...row });
      return;
    }
    rows.push(row);
    entries.push({ miner, share });
    frontier = appendLeaf(frontier, leafHash(record));
    const { header, work: shareWork, blockWork } = share;
    const expectation = expectationOf(header, shareWork, blockWork, round.wonParent);
    const tally: Tally = { work: shareWork, shares: 1, expected: expectation };
    addTally(tallies, miner, tally);
    work += share.work;
    expected += tally.expected;
  });
  const after: RoundState = { ...round, frontier, work, expected };
  const found = blockAt < 0 ? null : entries.at(-1)!;
  const nextRound =
    found === null
      ? null
      : beginRound(options.terms, found.share.timeMs, {
          ...{ id: round.id, root: frontierRoot(frontier), header: found.share.header },
        });
  return { taken: taken.length, tallies, rows, withheld, newMiners, entries, found, round: after, nextRound };
}
