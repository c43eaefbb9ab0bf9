/** Branches of a stake chain without a node: blocks by whoever is drawn, votes by whoever is asked to. */
import { type Address, asAddress, asHash, asSignature, type Hash, type Key, toHex } from "#base";
import { type Engine, engineFor, type Snapshot } from "#consensus";
import { type EpochTable, HEADER_VERSION, type Header, sealHash, type Vote, voteMessage } from "#model";
import { chainIdOf, type StakeChainSpec } from "#spec";
import { signerOf, stakeSpec, type TestSigner, tableMemory } from "./stake.ts";

const PROPOSER: Address = asAddress(new Uint8Array(20).fill(7));
const ROOT: Hash = asHash(new Uint8Array(32).fill(1));

export type LotteryBlock = ReturnType<StakeLine["seal"]>;
export type StakeLine = ReturnType<typeof createStakeLine>;

export interface BlockOptions {
  readonly votes?: readonly Vote[];
  /** What executing it makes, should it be the first of its epoch; null = it is not executed. */
  readonly table?: EpochTable | null | undefined;
  /** Signs instead of who is drawn. */
  readonly signer?: TestSigner;
  readonly change?: Partial<Header>;
}

/** @param signers how many keys may sign besides those of the specification */
export function createStakeLine(
  weights: readonly bigint[],
  { engine: change, signers: extra = 0 }: { engine?: Partial<StakeChainSpec["engine"]>; signers?: number } = {},
) {
  const spec = stakeSpec(weights, change);
  const chainId = chainIdOf(spec);
  const memory = tableMemory(spec);
  const engine: Engine = engineFor(spec, chainId, memory);
  const signers = Array.from({ length: weights.length + extra }, (_, index) => signerOf(index));
  const lottery = engine.lottery!;
  const signerFor = (key: Key): TestSigner => signers.find(({ me }) => toHex(me.key) === toHex(key))!;
  const voting = engine.voting!;

  /** A signed block for a slot. */
  const seal = (parent: Snapshot, slot: number, { signer, change: changed }: BlockOptions = {}) => {
    const { me, sign } = signer ?? signerFor(lottery.leaderOf(slot, parent)!);
    const claim = { reveal: me.reveal(lottery.epochOf(slot))!, signer: me.key };
    const unsealed = {
      version: HEADER_VERSION,
      height: parent.height + 1,
      parent: parent.id,
      timeMs: lottery.slotStartMs(slot),
      proposer: PROPOSER,
      bodyRoot: ROOT,
      stateRoot: ROOT,
      claim: engine.encodeClaim(claim),
      ...changed,
    };
    const job = engine.sealJob(unsealed, sealHash(chainId, unsealed), claim);
    if (job.kind !== "sign") throw new Error("draws are signed");
    const parsed = engine.parse({ ...unsealed, seal: job.seal(sign(job.message)) });
    if (!parsed.ok) throw new Error(parsed.error.code);
    return parsed.value;
  };

  return {
    spec,
    chainId,
    engine,
    lottery,
    voting,
    memory,
    signers,
    seal,
    genesis: () => engine.genesis(asHash(new Uint8Array(32).fill(5))),
    /** The snapshot after a block that is drawn, sealed and, unless told otherwise, executed. */
    extend(parent: Snapshot, slot: number, options: BlockOptions = {}): Snapshot {
      const block = seal(parent, slot, options);
      const { table, votes = [] } = options;
      const outcomes = table === null ? null : memory.execute(engine.orders(block.header, parent), table);
      return engine.advance(parent, block, { votes }, outcomes);
    },
    /** @param voters places of signers */
    vote(link: Pick<Vote, "source" | "target">, voters: readonly number[]): Vote[] {
      return voters.map((index) => {
        const { me, sign } = signers[index]!;
        const vote = { ...link, key: me.key };
        return { ...vote, signature: asSignature(sign(voteMessage(chainId, vote))) };
      });
    },
  };
}
