/** A chain of stake in memory, slot after slot, with whatever votes and transactions a test wants in its blocks. */
import { asSignature, createManualClock, type Hash, silentLogger, toHex } from "#base";
import { type Chain, DEFAULT_CHAIN_OPTIONS, openChain, sealBlock } from "#chain";
import { addressOf, ed25519Sign, verifySignature } from "#crypto";
import { createBus, type NodeEvents } from "#events";
import { createLedger } from "#ledger";
import {
  type Block,
  decodeTransaction,
  encodeBlock,
  type PreparedTransaction,
  signingHash,
  transactionId,
  type Vote,
} from "#model";
import { chainIdOf, type StakeChainSpec, specToJson } from "#spec";
import { createMemoryStore } from "#storage";
import type { TestValidator } from "../../support/validators.ts";

export interface SlotContent {
  readonly transactions?: readonly PreparedTransaction[];
  readonly votes?: readonly Vote[];
}

export interface StakeMine {
  readonly spec: StakeChainSpec;
  readonly chain: Chain;
  /** Of the next block. */
  slot(): number;
  /** Lets slots pass without blocks. */
  skip(count: number): void;
  /** Who is drawn in a slot after the head. */
  leaderAt(slot: number): TestValidator;
  /** The block of the next slot, which nobody gets. @returns null where its leader cannot make one */
  seal(content?: SlotContent): Block | null;
  /** What the node says to a block: the code of its refusal, or of the cause, or what became of it. */
  give(block: Block): Promise<string>;
  /** The block of the next slot, on the chain. @returns null where its leader is in jail or has no onion any more: the slot stays empty */
  block(content?: SlotContent): Promise<Block | null>;
  /** What these would vote in the next slot, if they may vote there. */
  votes(voters: Iterable<TestValidator>): Vote[];
  /** Who signs with this key. */
  holderOf(key: Uint8Array): TestValidator;
  /** The file of its chain, and of blocks that follow on that. */
  lines(...more: readonly Block[]): string[];
}

export async function openStakeMine(spec: StakeChainSpec, holders: readonly TestValidator[]): Promise<StakeMine> {
  const chainId = chainIdOf(spec);
  const { slotMs } = spec.engine;
  const clock = createManualClock(spec.genesis.timeMs);
  const chain = await openChain(DEFAULT_CHAIN_OPTIONS, {
    ...{ spec, chainId, clock, store: createMemoryStore(), log: silentLogger },
    createLedger: () => createLedger(spec, { indexSeed: 1 }),
    prepare: async (transactions) => transactions.map((bytes) => prepare(chainId, bytes)),
    events: createBus<NodeEvents>((error) => {
      throw error;
    }),
  });
  /** Of whatever onion of theirs the tip is: a validator may have taken over another's. */
  const reveal = (tip: Hash): Hash | null => {
    for (const { signer } of holders) {
      const value = signer.reveal(tip);
      if (value !== null) return value;
    }
    return null;
  };
  const byKey = new Map(holders.map((each) => [toHex(each.key), each]));
  const holderOf = (key: Uint8Array): TestValidator => byKey.get(toHex(key))!;
  const lottery = chain.engine.lottery!;
  let slot = 1;
  const leaderAt = (at: number): TestValidator => holderOf(lottery.leaderOf(at, chain.head.snapshot)!);
  const seal = ({ transactions = [], votes = [] }: SlotContent = {}): Block | null => {
    clock.runTo(lottery.slotStartMs(slot));
    const { key, owner, seed } = leaderAt(slot);
    const draft = chain.draft({ me: { key, reveal }, address: owner }, transactions, votes);
    if (draft.kind !== "draft" || draft.block.job.kind !== "sign") return null;
    const { job } = draft.block;
    return sealBlock(draft.block, job.seal(asSignature(ed25519Sign(job.message, seed))));
  };
  const give = async (block: Block): Promise<string> => {
    const [result] = await chain.import([{ block }]);
    if (result?.kind === "waiting") return result.why;
    return result?.kind === "refused" ? String(result.fault.detail?.cause ?? result.fault.code) : String(result?.kind);
  };
  return {
    ...{ spec, chain, holderOf },
    slot: () => slot,
    skip: (count) => {
      slot += count;
      clock.runTo(lottery.slotStartMs(slot));
    },
    leaderAt,
    seal,
    give,
    async block(content) {
      const block = seal(content);
      const said = block === null ? "leader-jailed" : await give(block);
      slot++;
      if (said === "leader-jailed") return null;
      if (said !== "imported") throw new Error(`the block is ${said}`);
      return block;
    },
    votes(voters) {
      const nowMs = spec.genesis.timeMs + slot * slotMs;
      return [...voters].flatMap(({ key, seed }) => {
        const duty = chain.engine.voting!.duty(chain.head.snapshot, { key }, nowMs);
        if (duty.kind !== "now") return [];
        return [{ ...duty.vote, signature: asSignature(ed25519Sign(duty.job.message, seed)) }];
      });
    },
    lines: (...more) => linesOf(chain, more),
  };
}

/** The file of BLOCK-13 for a chain that lies in no directory. */
export function linesOf(chain: Chain, more: readonly Block[] = []): string[] {
  const { spec, chainId, genesisId, engine } = chain;
  const blocks = [...more];
  for (let height = chain.head.header.height; height >= 1; height--) {
    const entry = chain.blockAt(height)!;
    blocks.unshift({ header: entry.header, body: chain.body(entry) });
  }
  let head = { height: 0, id: toHex(genesisId) };
  const lines = blocks.map((block, i) => {
    const parsed = engine.parse(block.header);
    head = { height: i + 1, id: parsed.ok ? toHex(parsed.value.id) : head.id };
    return JSON.stringify({ ...head, block: toHex(encodeBlock(block)) });
  });
  const ids = { chainId: toHex(chainId), genesis: toHex(genesisId) };
  return [JSON.stringify({ format: "agon-chain/1", spec: specToJson(spec), ...ids, head }), ...lines];
}

function prepare(chainId: ReturnType<typeof chainIdOf>, bytes: Uint8Array): PreparedTransaction | null {
  const decoded = decodeTransaction(bytes);
  if (!decoded.ok) return null;
  const { signature, sender } = decoded.value;
  if (!verifySignature(signature, signingHash(chainId, bytes), sender)) return null;
  return { bytes, id: transactionId(chainId, bytes), from: addressOf(sender), transaction: decoded.value };
}
