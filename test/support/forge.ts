/** Chains in memory whose blocks cost nothing, and blocks on them with anything wrong that a test wants. */
import { type Address, asAddress, asKey, createManualClock, type ManualClock, silentLogger } from "#base";
import { type Chain, type ChainOptions, DEFAULT_CHAIN_OPTIONS, type DraftResult, openChain, sealBlock } from "#chain";
import { searchNonce } from "#consensus";
import { addressOf, verifySignature } from "#crypto";
import { type Bus, createBus, type NodeEvents } from "#events";
import { createLedger } from "#ledger";
import {
  type Block,
  type Body,
  computeBodyRoot,
  decodeTransaction,
  type Header,
  type PreparedTransaction,
  sealHash,
  signingHash,
  transactionId,
} from "#model";
import { builtInSpec, type ChainSpec, chainIdOf, type WorkChainSpec } from "#spec";
import { createMemoryStore, type MemoryStore } from "#storage";
import type { PrepareTransactions, TrustedBlock } from "#validation";

/** `dev`, but every second hash is a block. */
export const easySpec: WorkChainSpec = easier(builtInSpec("dev"));
export const easyChainId = chainIdOf(easySpec);

export function easier(spec: WorkChainSpec): WorkChainSpec {
  return { ...spec, engine: { ...spec.engine, limitBits: 0x207fffff } };
}

type Draft = Extract<DraftResult, { kind: "draft" }>["block"];

const ME = { key: asKey(new Uint8Array(32)), reveal: () => null };

export interface TestChain {
  readonly chain: Chain;
  readonly clock: ManualClock;
  readonly events: Bus<NodeEvents>;
  readonly store: MemoryStore;
  /** Valid blocks on the head, imported. */
  mine(count: number, transactions?: readonly PreparedTransaction[], to?: number): Promise<Block[]>;
  /** "imported" and the like, or the code of the refusal. */
  give(...blocks: readonly Block[]): Promise<string>;
}

export interface TestChainSetup {
  readonly spec?: WorkChainSpec;
  readonly options?: Partial<ChainOptions>;
  readonly store?: MemoryStore;
  readonly clock?: ManualClock;
  readonly checkpoint?: TrustedBlock;
}

export async function openTestChain(setup: TestChainSetup = {}): Promise<TestChain> {
  const { spec = easySpec, store = createMemoryStore() } = setup;
  const clock = setup.clock ?? createManualClock(spec.genesis.timeMs + 1_000_000);
  const events = createBus<NodeEvents>((error) => {
    throw error;
  });
  const chainId = chainIdOf(spec);
  const chain = await openChain(
    { ...DEFAULT_CHAIN_OPTIONS, ...setup.options },
    {
      ...{ spec, chainId, store, events, clock, log: silentLogger },
      checkpoint: setup.checkpoint ?? null,
      createLedger: () => createLedger(spec, { indexSeed: 1 }),
      prepare: prepareHere(spec),
    },
  );
  const give = async (...blocks: readonly Block[]): Promise<string> => {
    const results = await chain.import(blocks.map((block) => ({ block })));
    const last = results.at(-1)!;
    return last.kind === "refused" ? last.fault.code : last.kind;
  };
  return {
    ...{ chain, clock, events, store, give },
    async mine(count, transactions = [], to = 1) {
      const blocks: Block[] = [];
      for (let i = 0; i < count; i++) {
        const block = forgeBlock(chain, { transactions: i === 0 ? transactions : [], to });
        blocks.push(block);
        const result = await give(block);
        if (result !== "imported") throw new Error(`a mined block is ${result}`);
      }
      return blocks;
    },
  };
}

export interface Forgery {
  readonly transactions?: readonly PreparedTransaction[];
  /** Instead of the transactions' own. */
  readonly body?: Body;
  /** Of the header before it is sealed. */
  readonly change?: Partial<Header>;
  /** Last byte of the address that is credited: blocks of other miners are other blocks. */
  readonly to?: number;
  /** Leaves the seal as it was before the change: the work is false. */
  readonly keepSeal?: boolean;
}

/** A block on the head, right but for what is changed; its header commits to the body unless `change` says otherwise. */
export function forgeBlock(chain: Chain, forgery: Forgery = {}): Block {
  return forgeFrom(chain, draftFor(chain, forgery), forgery);
}

/** Many at once from one draft, which is most of the cost of one: to whom they go and what is in them is the same. */
export function forgeBlocks(chain: Chain, changes: readonly Partial<Header>[]): Block[] {
  const draft = draftFor(chain, {});
  return changes.map((change) => forgeFrom(chain, draft, { change }));
}

function draftFor(chain: Chain, { transactions = [], to = 1 }: Forgery): Draft {
  const draft = chain.draft({ me: ME, address: minerOf(to) }, transactions);
  if (draft.kind !== "draft" || draft.block.job.kind !== "search") throw new Error("there is no draft");
  return draft.block;
}

function forgeFrom(chain: Chain, draft: Draft, { transactions = [], change = {}, ...rest }: Forgery): Block {
  const body = rest.body ?? { transactions: transactions.map((item) => item.bytes), votes: [] };
  const ids = body.transactions.map((bytes) => transactionId(chain.chainId, bytes));
  const header = { ...draft.header, bodyRoot: computeBodyRoot(ids, body.votes), ...change };
  const seal = solve(chain, rest.keepSeal ? { ...header, timeMs: header.timeMs - 1 } : header);
  return sealBlock({ ...draft, header, body }, seal);
}

/** As many headers and empty bodies in a row as wanted, on any parent, without a state: only their work is right. */
export function forgeBranch(chain: Chain, parent: Header & { readonly id: Uint8Array }, count: number): Block[] {
  const blocks: Block[] = [];
  const draft = draftFor(chain, {});
  let before: { height: number; id: Uint8Array; timeMs: number } = parent;
  for (let i = 0; i < count; i++) {
    const change = { height: before.height + 1, parent: before.id as Header["parent"], timeMs: before.timeMs + 1_000 };
    const block = forgeFrom(chain, draft, { change });
    const parsed = chain.engine.parse(block.header);
    if (!parsed.ok) throw new Error(parsed.error.code);
    before = { ...change, id: parsed.value.id };
    blocks.push(block);
  }
  return blocks;
}

function solve({ engine, chainId }: Chain, header: Omit<Header, "seal">): Uint8Array {
  const bits = new DataView(header.claim.buffer, header.claim.byteOffset).getUint32(0, true);
  const job = engine.sealJob(header, sealHash(chainId, header), { bits });
  if (job.kind !== "search") throw new Error("this engine does not search");
  return job.seal(searchNonce(job, { from: 0, count: 2 ** 24 })!);
}

export function minerOf(no: number): Address {
  return asAddress(new Uint8Array(20).fill(no));
}

/** Signatures on this thread. */
export function prepareHere(spec: ChainSpec): PrepareTransactions {
  const chainId = chainIdOf(spec);
  return async (transactions) =>
    transactions.map((bytes): PreparedTransaction | null => {
      const decoded = decodeTransaction(bytes);
      if (!decoded.ok) return null;
      const { signature, sender } = decoded.value;
      if (!verifySignature(signature, signingHash(chainId, bytes), sender)) return null;
      return { bytes, id: transactionId(chainId, bytes), from: addressOf(sender), transaction: decoded.value };
    });
}
