/** A chain of stake in memory, slot after slot, with whatever votes and transactions a test wants in its blocks. */
import { createManualClock, silentLogger, toHex } from "#base";
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
  /** The block of the next slot. @returns null where its leader is in jail or has no onion any more: the slot stays empty */
  block(content?: SlotContent): Promise<Block | null>;
  /** What these would vote in the next slot, if they may vote there. */
  votes(voters: Iterable<TestValidator>): Vote[];
  /** Who signs with this key. */
  holderOf(key: Uint8Array): TestValidator;
  lines(): string[];
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
  const byKey = new Map(holders.map((each) => [toHex(each.key), each]));
  const holderOf = (key: Uint8Array): TestValidator => byKey.get(toHex(key))!;
  const lottery = chain.engine.lottery!;
  let slot = 1;
  return {
    ...{ spec, chain, holderOf },
    slot: () => slot,
    skip: (count) => {
      slot += count;
    },
    async block({ transactions = [], votes = [] } = {}) {
      clock.runTo(lottery.slotStartMs(slot));
      const leader = holderOf(lottery.leaderOf(slot, chain.head.snapshot)!);
      slot++;
      const draft = chain.draft({ me: leader.signer, address: leader.owner }, transactions, votes);
      if (draft.kind !== "draft") return null;
      const { job } = draft.block;
      if (job.kind !== "sign") throw new Error("a chain of stake was expected");
      const block = sealBlock(draft.block, job.seal(ed25519Sign(job.message, leader.seed) as never));
      const [result] = await chain.import([{ block }]);
      if (result?.kind === "refused" && result.fault.detail?.cause === "leader-jailed") return null;
      if (result?.kind !== "imported") throw new Error(`the block is ${JSON.stringify(result)}`);
      return block;
    },
    votes(voters) {
      const nowMs = spec.genesis.timeMs + slot * slotMs;
      return [...voters].flatMap(({ key, seed }) => {
        const duty = chain.engine.voting!.duty(chain.head.snapshot, { key }, nowMs);
        if (duty.kind !== "now") return [];
        return [{ ...duty.vote, signature: ed25519Sign(duty.job.message, seed) as Vote["signature"] }];
      });
    },
    lines: () => linesOf(chain),
  };
}

/** The file of BLOCK-13 for a chain that lies in no directory. */
export function linesOf(chain: Chain): string[] {
  const { head, spec, chainId, genesisId } = chain;
  const at = { height: head.header.height, id: toHex(head.id) };
  const first = { format: "agon-chain/1", spec: specToJson(spec), chainId: toHex(chainId), genesis: toHex(genesisId) };
  const lines = [JSON.stringify({ ...first, head: at })];
  for (let height = 1; height <= at.height; height++) {
    const entry = chain.blockAt(height)!;
    const block = toHex(encodeBlock({ header: entry.header, body: chain.body(entry) }));
    lines.push(JSON.stringify({ height, id: toHex(entry.id), block }));
  }
  return lines;
}

function prepare(chainId: ReturnType<typeof chainIdOf>, bytes: Uint8Array): PreparedTransaction | null {
  const decoded = decodeTransaction(bytes);
  if (!decoded.ok) return null;
  const { signature, sender } = decoded.value;
  if (!verifySignature(signature, signingHash(chainId, bytes), sender)) return null;
  return { bytes, id: transactionId(chainId, bytes), from: addressOf(sender), transaction: decoded.value };
}
