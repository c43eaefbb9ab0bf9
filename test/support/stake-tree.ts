/** Trees of blocks of a chain of stake: branches that fork and meet, votes for some of them, and false blocks with children. */
import { asSignature, createManualClock, type Random, silentLogger, toHex } from "#base";
import { type BlockEntry, type Chain, type ChainOptions, DEFAULT_CHAIN_OPTIONS, openChain, sealBlock } from "#chain";
import { ed25519Sign } from "#crypto";
import { createBus, type NodeEvents } from "#events";
import { createLedger } from "#ledger";
import { type Block, computeBodyRoot, EMPTY_BODY, type Header, sealHash, type Vote } from "#model";
import { chainIdOf, type StakeChainSpec } from "#spec";
import { createMemoryStore, type MemoryStore } from "#storage";
import { prepareHere } from "./forge.ts";
import type { TestValidator } from "./validators.ts";

const AUTHORS = [0, 1, 2];
/** Enough to come to where only a state could tell who is drawn. */
const FALSE_BLOCKS = 14;
const VOTES_OFFERED = 24;

export interface StakeTree {
  readonly blocks: ReadonlyMap<string, Block>;
  /** As some author executed it. */
  readonly entries: ReadonlyMap<string, BlockEntry>;
  /** As they were made, parents first. */
  readonly order: readonly string[];
}

export interface TreeWish {
  readonly validators: readonly TestValidator[];
  readonly slots: number;
  /** Each author has its own voters, or all vote on every branch, or nobody does. */
  readonly voters: "own" | "all" | "none";
}

export async function openStakeChain(
  spec: StakeChainSpec,
  store: MemoryStore,
  nowMs: number,
  options: Partial<ChainOptions> = {},
) {
  const clock = createManualClock(nowMs);
  const events = createBus<NodeEvents>((error) => {
    throw error;
  });
  const chain = await openChain(
    { ...DEFAULT_CHAIN_OPTIONS, ...options },
    {
      ...{ spec, chainId: chainIdOf(spec), store, events, clock, log: silentLogger },
      createLedger: () => createLedger(spec, { indexSeed: 1 }),
      prepare: prepareHere(spec),
    },
  );
  return { chain, clock };
}

export function chance(random: Random, share: number): boolean {
  return random.below(1_000_000) < share * 1_000_000;
}

type Unsealed = Omit<Header, "seal">;

export async function growStakeTree(spec: StakeChainSpec, random: Random, wish: TreeWish): Promise<StakeTree> {
  const blocks = new Map<string, Block>();
  const entries = new Map<string, BlockEntry>();
  const order: string[] = [];
  const { validators, voters } = wish;
  const genesisMs = spec.genesis.timeMs;
  const authors = await Promise.all(AUTHORS.map(() => openStakeChain(spec, createMemoryStore(), genesisMs)));
  const votes: Vote[][] = AUTHORS.map(() => []);

  const add = ({ engine }: Chain, block: Block) => {
    const parsed = engine.parse(block.header);
    if (!parsed.ok) throw new Error(parsed.error.code);
    const name = toHex(parsed.value.id);
    blocks.set(name, block);
    order.push(name);
    return parsed.value;
  };
  const seal = ({ engine, chainId }: Chain, header: Unsealed, { key, seed }: TestValidator): Header => {
    const message = sealHash(chainId, header);
    const job = engine.sealJob(header, message, { reveal: header.claim, signer: key });
    if (job.kind !== "sign") throw new Error("blocks of this chain are signed");
    return { ...header, seal: job.seal(asSignature(ed25519Sign(message, seed))) };
  };
  const vote = (chain: Chain, author: number, nowMs: number): void => {
    for (const [no, validator] of validators.entries()) {
      if (voters === "none" || (voters === "own" && no % AUTHORS.length !== author)) continue;
      const duty = chain.engine.voting!.duty(chain.head.snapshot, validator, nowMs);
      if (duty.kind !== "now" || chance(random, 0.3)) continue;
      const signature = asSignature(ed25519Sign(duty.job.message, validator.seed));
      votes[author]!.push({ ...duty.vote, signature });
    }
  };
  /** Whoever may sign the next block on a branch, as far as that can be told. */
  const nextOn = (chain: Chain, snapshot: BlockEntry["snapshot"], last: Unsealed) => {
    const bodyRoot = computeBodyRoot([], []);
    for (let slots = 1; slots <= 2; slots++) {
      const timeMs = snapshot.timeMs + slots * spec.engine.slotMs;
      const header = { ...last, height: last.height + 1, parent: snapshot.id, timeMs, bodyRoot };
      for (const validator of validators) {
        const parsed = chain.engine.parse(seal(chain, header, validator));
        const verdict = parsed.ok ? chain.engine.checkOnParent(parsed.value, snapshot, timeMs) : null;
        if (verdict?.kind === "ok" || verdict?.kind === "wait") return { header, validator, isLast: verdict.kind };
      }
    }
    return null;
  };
  /** A block with a false state root, and some on it. */
  const forge = (chain: Chain, { header, body }: Omit<Block, "header"> & { header: Unsealed }, by: TestValidator) => {
    let unsealed: Unsealed = { ...header, stateRoot: header.bodyRoot };
    let [snapshot, validator] = [chain.head.snapshot, by];
    for (let i = 0; i < FALSE_BLOCKS; i++) {
      const own = i === 0 ? body : EMPTY_BODY;
      const parsed = add(chain, { header: seal(chain, unsealed, validator), body: own });
      snapshot = chain.engine.advance(snapshot, parsed, own, null);
      const next = nextOn(chain, snapshot, unsealed);
      if (next === null) return;
      [unsealed, validator] = [next.header, next.validator];
      if (next.isLast !== "wait") continue;
      add(chain, { header: seal(chain, unsealed, validator), body: EMPTY_BODY });
      return;
    }
  };
  const produce = async (chain: Chain, author: number): Promise<void> => {
    for (const validator of validators) {
      const me = { me: validator.signer, address: validator.owner };
      const draft = chain.draft(me, [], votes[author]!.slice(-VOTES_OFFERED));
      if (draft.kind !== "draft" || chance(random, 0.45)) continue;
      const block = sealBlock(draft.block, seal(chain, draft.block.header, validator).seal);
      if (chance(random, 0.1)) forge(chain, draft.block, validator);
      add(chain, block);
      const [result] = await chain.import([{ block }]);
      if (result?.kind !== "imported") throw new Error(`a block of its author's is ${result?.kind}`);
      entries.set(toHex(chain.head.id), chain.head);
      return;
    }
  };
  for (let slot = 1; slot <= wish.slots; slot++)
    for (const [author, { chain, clock }] of authors.entries()) {
      clock.runTo(genesisMs + slot * spec.engine.slotMs);
      vote(chain, author, clock.nowMs());
      await produce(chain, author);
      if (chance(random, 0.06)) await chain.import(order.map((name) => ({ block: blocks.get(name)! })));
    }
  for (const { chain } of authors) await chain.stop();
  return { blocks, entries, order };
}
