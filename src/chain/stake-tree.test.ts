/** Trees of blocks of a chain of stake, given in any order, with a disk that fails and ends that come at any moment. */
import { expect, it } from "vitest";
import { OperationError, type Random, seededRandom, toHex } from "#base";
import type { StakeChainSpec } from "#spec";
import { createMemoryStore } from "#storage";
import { chance, growStakeTree, openStakeChain, type StakeTree } from "../../test/support/stake-tree.ts";
import { stakeSpec, testValidator } from "../../test/support/validators.ts";
import type { Chain } from "./chain.ts";

const validators = ["t0", "t1", "t2", "t3"].map(testValidator);
const spec = stakeSpec(validators, [1_000, 1_000, 1_000, 1_000]);
const SLOTS = 60;

/** @returns the chain that was given all of it */
async function give(tree: StakeTree, random: Random): Promise<Chain> {
  const options = { checkpointBlocks: 1 + random.below(6), undoBlocks: 200, maxOrphans: 16 };
  const open = (store = createMemoryStore()) => openAt(spec, store, options);
  let { chain, store } = await open();
  let finalHeight = 0;
  const restart = async (): Promise<void> => {
    const head = toHex(chain.head.id);
    if (chance(random, 0.5)) ({ chain, store } = await open(store.crash()));
    else {
      await chain.stop();
      await store.close();
      ({ chain, store } = await open(store.reopen()));
    }
    expect(toHex(chain.head.id)).toBe(head);
  };
  const feed = async (names: readonly string[], trouble: number): Promise<void> => {
    const candidates = names.map((name) => ({ block: tree.blocks.get(name)! }));
    const head = toHex(chain.head.id);
    if (chance(random, trouble)) store.failNext("disk-full");
    try {
      for (const [i, result] of (await chain.import(candidates)).entries())
        if (result.kind === "waiting" && result.why === "needs-state")
          expect(chain.block(candidates[i]!.block.header.parent)?.status, "of a parent").not.toBe("invalid");
    } catch (error) {
      if (!(error instanceof OperationError)) throw error;
      expect(toHex(chain.head.id)).toBe(head);
    }
    // What had waited for its parent comes by itself.
    for (let i = 0; i < 3; i++) await chain.import([]);
    expect(chain.head.status).toBe("executed");
    expect(chain.finalizedHeight).toBeGreaterThanOrEqual(finalHeight);
    finalHeight = chain.finalizedHeight;
    if (chance(random, trouble / 3)) await restart();
  };
  const left = [...tree.order];
  while (left.length > 0) {
    const pick = () => (chance(random, 0.7) ? 0 : random.below(Math.min(left.length, 24)));
    const size = Math.min(left.length, 1 + random.below(12));
    const group = Array.from({ length: size }, () => left.splice(pick(), 1)[0]!);
    await feed(group, 0.15);
    if (chance(random, 0.2)) left.push(...group);
  }
  for (let round = 0; round < 2; round++)
    for (let at = 0; at < tree.order.length; at += 8) await feed(tree.order.slice(at, at + 8), 0);
  await restart();
  return chain;
}

async function openAt(of: StakeChainSpec, store: ReturnType<typeof createMemoryStore>, options: object) {
  const { chain } = await openStakeChain(of, store, of.genesis.timeMs + 10_000_000, options);
  return { chain, store };
}

/** Whether its branch holds what is final on the chain. */
function isLawful(tree: StakeTree, chain: Chain, id: string): boolean {
  if (chain.finalizedHeight === 0 || id === toHex(chain.finalized.id)) return true;
  const block = tree.blocks.get(id);
  return block !== undefined && isLawful(tree, chain, toHex(block.header.parent));
}

it.each([
  ["own", 19],
  ["all", 59],
  ["none", 21],
] as const)(
  "votes of %s: the best branch leads in the end (seed %i)",
  async (voters, seed) => {
    const random = seededRandom(seed);
    const tree = await growStakeTree(spec, random, { validators, slots: SLOTS, voters });
    const chain = await give(tree, random);
    const lawful = [...tree.entries].filter(([name]) => isLawful(tree, chain, name)).map(([, entry]) => entry);
    expect(lawful.length).toBeGreaterThan(0);
    const better = lawful.filter(({ snapshot }) => chain.engine.compare(snapshot, chain.head.snapshot) > 0);
    expect(better).toEqual([]);
    const own = Array.from({ length: chain.head.header.height }, (_, i) => chain.blockAt(i + 1)!);
    const again = await chain.import(
      own.map((entry) => ({ block: { header: entry.header, body: chain.body(entry) } })),
    );
    expect(new Set(again.map(({ kind }) => kind))).toEqual(new Set(["known"]));
  },
  60_000,
);
