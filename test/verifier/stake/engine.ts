/** A chain of stake, block after block (rules STAKE-4 to STAKE-12, STAKE-18, STAKE-23). */
import type { Header } from "../block.ts";
import { ascii, sha256, ZERO32 } from "../bytes.ts";
import type { Engine, EngineSummary } from "../engine.ts";
import { check } from "../refusal.ts";
import { isValidSignature } from "../signature.ts";
import type { StakeNumbers } from "./numbers.ts";
import type { Orders } from "./orders.ts";
import { isSameTable, leaderOf, makeTable, mixAfter, seedOf, type Table } from "./table.ts";
import { countVotes, type Standing, Tally } from "./tally.ts";
import { isSignedVote, readVote, type Vote } from "./vote.ts";

/** A block, as its children see it. */
interface Link extends Standing {
  readonly id: Buffer;
  readonly height: bigint;
  readonly slot: bigint;
  readonly epoch: bigint;
  readonly mix: Buffer;
  /** Mix of the last block before its epoch. */
  readonly mixBefore: Buffer;
  readonly current: Table;
  readonly next: Table;
  /** First epoch for which `current` was made. */
  readonly since: bigint;
  /** STAKE-11. */
  readonly before: Table;
  /** Of its own epoch; null for genesis. */
  readonly tally: Tally | null;
  /** Of the epoch before, while its votes count. */
  readonly tallyBefore: Tally | null;
}

type Draft = Omit<Link, "id" | "next">;

export class StakeEngine implements Engine {
  readonly genesisClaim = ZERO32;
  readonly #numbers: StakeNumbers;
  readonly #genesisMs: bigint;
  readonly #chainId: Buffer;
  #parent: Link | null = null;
  /** The block that is looked at. */
  #block: Draft | null = null;
  #votes: readonly Vote[] = [];

  constructor(numbers: StakeNumbers, genesisMs: bigint, chainId: Buffer) {
    this.#numbers = numbers;
    this.#genesisMs = genesisMs;
    this.#chainId = chainId;
  }

  begin(id: Buffer): void {
    const { validators } = this.#numbers;
    const table = makeTable(
      validators.map(({ key, bond }) => ({ key, weight: bond })),
      false,
    );
    const genesis = { epoch: 0n, id, height: 0n };
    this.#parent = {
      ...{ id, height: 0n, slot: 0n, epoch: 0n, mix: ZERO32, mixBefore: ZERO32 },
      ...{ current: table, next: table, since: 0n, before: table, tally: null, tallyBefore: null },
      ...{ justified: genesis, final: genesis },
    };
  }

  /** STAKE-6. */
  checkAlone({ claim, seal }: Header, sealHash: Buffer): Buffer {
    check(claim.length === 32, "STAKE-6", `a claim of ${claim.length} bytes`);
    check(seal.length === 96, "STAKE-6", `a seal of ${seal.length} bytes`);
    const holds = isValidSignature(seal.subarray(0, 32), sealHash, seal.subarray(32));
    check(holds, "STAKE-6", "the signature of the seal does not hold");
    return sha256(ascii("agon/block/v1"), this.#chainId, sealHash, seal);
  }

  checkOnParent({ parent: parentId, height, timeMs, claim, seal }: Header): void {
    const parent = this.#parent!;
    const { slotMs, epochSlots } = this.#numbers;
    check(parentId.equals(parent.id), "BLOCK-9", `its parent is ${parentId.toString("hex")}`);
    check(height === parent.height + 1n, "BLOCK-9", `its height is ${height}`);
    const sinceMs = timeMs - this.#genesisMs;
    check(sinceMs % slotMs === 0n, "STAKE-5", `time ${timeMs} is not the start of a slot`);
    const slot = sinceMs / slotMs;
    check(slot > parent.slot, "STAKE-5", `slot ${slot} is not later than ${parent.slot}`);
    const epoch = slot / epochSlots;
    const opened = epoch === parent.epoch ? parent : this.#open(parent, epoch);
    const leader = leaderOf(opened.current, this.#chainId, seedOf(this.#chainId, opened.mixBefore, epoch), slot);
    check(seal.subarray(0, 32).equals(leader), "STAKE-18", `the leader of slot ${slot} is ${leader.toString("hex")}`);
    const isMixed = slot % epochSlots < (2n * epochSlots + 2n) / 3n;
    const mix = isMixed ? mixAfter(this.#chainId, parent.mix, claim) : parent.mix;
    this.#block = { ...opened, height, slot, mix };
  }

  /** What the first block of an epoch begins with. */
  #open(parent: Link, epoch: bigint): Draft {
    const { next: current } = parent;
    const isSame = isSameTable(current, parent.current);
    const before = beforeOf(parent);
    const since = isSame ? parent.since : parent.epoch + 1n;
    const takesFormer = !isSameTable(before, current) && epoch - since < (this.#numbers.formerEpochs ?? 0n);
    const target = { epoch, id: parent.id, height: parent.height };
    return {
      ...parent,
      ...{ epoch, mixBefore: parent.mix, current, before, since },
      tally: new Tally(target, parent.justified, current, before, takesFormer),
      tallyBefore: parent.epoch === epoch - 1n ? parent.tally : null,
    };
  }

  /** STAKE-9, STAKE-10, STAKE-11. */
  checkVotes(votes: readonly Buffer[]): void {
    const block = this.#block!;
    this.#votes = votes.map((bytes) => readVote(bytes, "BLOCK-7"));
    for (const vote of this.#votes) check(isSignedVote(vote, this.#chainId), "STAKE-9", "the signature of a vote");
    const tallies = [block.tallyBefore, block.tally].filter((tally) => tally !== null);
    this.#block = { ...block, ...countVotes(this.#votes, tallies, block) };
  }

  orders({ claim, seal }: Header): Orders {
    const { epoch, current, before } = this.#block!;
    const parent = this.#parent!;
    const { height: finalHeight, epoch: finalEpoch } = parent.final;
    const keeps = this.#numbers.formerEpochs !== null && !isSameTable(before, current);
    const step = epoch === parent.epoch ? null : { parentEpoch: parent.epoch, finalHeight, finalEpoch, keeps };
    return { epoch, leader: seal.subarray(0, 32), reveal: claim, votes: this.#votes, step };
  }

  append(_header: Header, id: Buffer, table: Table | null): void {
    const block = this.#block!;
    const kept = block.epoch === this.#parent!.epoch ? this.#parent!.next : block.current;
    this.#parent = { ...block, id, next: table ?? kept };
  }

  summary(): EngineSummary {
    const { justified, final } = this.#parent!;
    return {
      justifiedEpoch: Number(justified.epoch),
      finalizedEpoch: Number(final.epoch),
      finalizedHeight: Number(final.height),
      finalized: final.id.toString("hex"),
    };
  }
}

/** STAKE-11: the table `before` of a block whose epoch is later than its parent's. */
function beforeOf({ current, next, since, before, final }: Link): Table {
  if (!isSameTable(next, current)) return next.leaked ? next : current;
  return final.epoch >= since ? current : before;
}
