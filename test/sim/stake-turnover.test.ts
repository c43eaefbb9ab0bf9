/** Much of the stake leaves the tables at once, in every way there is (rule STAKE-23). */
import { afterEach, expect, it } from "vitest";
import { asHash, asSignature, type Key, toHex } from "#base";
import { ed25519Sign } from "#crypto";
import { type Evidence, type PreparedTransaction, type Vote, voteMessage } from "#model";
import { chainIdOf, type StakeChainSpec } from "#spec";
import { buildBond, buildEvidence, buildTransfer, buildUnbond, devAccount } from "#wallet/core";
import { testSeed } from "../support/seed.ts";
import { stakeSpec, type TestValidator, testSeat, testValidator } from "../support/validators.ts";
import { createSimulation, type SimNode, type Simulation } from "./simulation.ts";

const ALL = ["v0", "v1", "v2", "v3", "v4"].map(testValidator);
const COIN = 100_000_000n;
const EPOCH_MS = 6_000;
const LEAK_EPOCHS = 4;

let sim: Simulation;
afterEach(() => sim.stopAll());

/** One node for each validator, with keys that it may change to. */
async function open(count: number, later: Readonly<Record<number, TestValidator>> = {}) {
  const validators = ALL.slice(0, count);
  const spec = stakeSpec(
    validators,
    validators.map(() => 1_000),
    { engine: { leakEpochs: LEAK_EPOCHS, jailEpochs: 40 } },
  );
  sim = createSimulation(spec, testSeed, {}, 0);
  const nodes: SimNode[] = [];
  for (const [i, validator] of validators.entries()) {
    const more = later[i] === undefined ? [] : [later[i]];
    nodes.push(await sim.add(validator.name, { seat: testSeat([validator, ...more]), knows: i === 0 ? [] : ["v0"] }));
  }
  const node = nodes[0]!;
  const outputs = validators.map(({ owner }) => ({ to: owner, amountAtoms: COIN }));
  const { seed } = devAccount(0);
  await submit(node, [buildTransfer({ chainId: chainIdOf(spec), seed, nonce: 0, outputs })]);
  await sim.runUntil(() => node.core.chain.finalizedHeight > 0, 10 * EPOCH_MS, "finality");
  return { spec, nodes, node };
}

async function submit({ core }: SimNode, items: readonly PreparedTransaction[]): Promise<void> {
  for (const { bytes } of items) expect(await core.submit([bytes], "local")).toMatchObject([{ ok: true }]);
  const isIncluded = ({ id }: PreparedTransaction): boolean => core.chain.findTransaction(id) !== null;
  await sim.runUntil(() => items.every(isIncluded), 2 * EPOCH_MS, "the transactions in blocks");
}

const keysInForce = ({ core: { chain } }: SimNode): string[] =>
  chain.engine.lottery!.tables(chain.head.snapshot).current.entries.map(({ key }) => toHex(key));

const finalEpoch = ({ core: { chain } }: SimNode): number => chain.head.snapshot.finalized.epoch;
const headEpoch = ({ core: { chain } }: SimNode): number =>
  chain.engine.lottery!.epochOf(chain.engine.lottery!.slotAt(chain.head.header.timeMs));

/** Epochs for which blocks from that height on hold a vote of the key. */
function votedEpochs({ core: { chain } }: SimNode, key: Key, from = 1): number[] {
  const epochs: number[] = [];
  for (let height = from; height <= chain.head.header.height; height++)
    for (const vote of chain.body(chain.blockAt(height)!).votes)
      if (toHex(vote.key) === toHex(key)) epochs.push(vote.target.epoch);
  return epochs;
}

/** @returns the most epochs that finality was ever behind the head: two or three while each epoch is justified */
async function runWatching(node: SimNode, isOver: () => boolean, what: string): Promise<number> {
  let behind = 0;
  const look = (): boolean => {
    behind = Math.max(behind, headEpoch(node) - finalEpoch(node));
    return isOver();
  };
  await sim.runUntil(look, 14 * EPOCH_MS, what);
  return behind;
}

it("half the stake changes its keys at once: something becomes final in every epoch, and both keys vote for a while", async () => {
  const later = { 2: testValidator("second key of v2"), 3: testValidator("second key of v3") };
  const { spec, nodes, node } = await open(4, later);
  const changes = Object.entries(later).map(([i, { seed, onionTip }]) => {
    const { ownerSeed } = ALL[Number(i)]!;
    return buildBond({
      ...{ chainId: chainIdOf(spec), seed: ownerSeed, nonce: 0, amountAtoms: 0n, signingSeed: seed, onionTip },
    });
  });
  await submit(node, changes);
  const isTurned = (): boolean => keysInForce(node).includes(toHex(later[2].key));
  let behind = await runWatching(node, isTurned, "the new keys in force");
  const since = headEpoch(node);
  const told = (): string => nodes[2]!.core.notices.texts().join(" ");
  await sim.runUntil(() => told().includes("has left the tables"), EPOCH_MS, "a word to who runs it");
  expect(told()).toContain("keep the node running");
  behind = Math.max(behind, await runWatching(node, () => finalEpoch(node) >= since + 3, "finality under them"));
  expect(behind).toBeLessThanOrEqual(3);
  await sim.runUntil(() => !told().includes("left the tables"), EPOCH_MS, "the end of it");
  for (const old of [ALL[2]!, ALL[3]!]) {
    // Until the second epoch of the new table is justified, and no longer.
    expect(votedEpochs(node, old.key).filter((epoch) => epoch >= since)).toEqual([since, since + 1]);
  }
  const made = node.core.chain
    .stake()!
    .validators()
    .map(({ votes, lastVoteEpoch }) => ({ votes, lastVoteEpoch }));
  // Both keys are one validator: no epoch counts twice.
  expect(made[2]).toEqual(made[0]);
  expect(nodes.every(({ core }) => core.chain.violation === null)).toBe(true);
});

it("two of five unbond all they have: something becomes final in every epoch, while they vote on", async () => {
  const { spec, node } = await open(5);
  const gone = ALL.slice(3);
  const leaving = gone.map(({ ownerSeed }) =>
    buildUnbond({ chainId: chainIdOf(spec), seed: ownerSeed, nonce: 0, amountAtoms: 1_000n * COIN }),
  );
  await submit(node, leaving);
  let behind = await runWatching(node, () => keysInForce(node).length === 3, "a table of three");
  const since = headEpoch(node);
  behind = Math.max(behind, await runWatching(node, () => finalEpoch(node) >= since + 3, "finality of three"));
  expect(behind).toBeLessThanOrEqual(3);
  for (const { key, owner } of gone) {
    expect(votedEpochs(node, key).filter((epoch) => epoch >= since)).toEqual([since, since + 1]);
    // What they voted for last was long before they are paid.
    const [unbonding] = node.core.chain.stake()!.validator(owner)!.unbonding;
    expect(unbonding!.paidAtEpoch).toBe(since + spec.engine.unbondEpochs);
  }
});

it("two of five unbond and go away at once: nothing is final until the leak", async () => {
  const { spec, nodes, node } = await open(5);
  const leaving = ALL.slice(3).map(({ ownerSeed }) =>
    buildUnbond({ chainId: chainIdOf(spec), seed: ownerSeed, nonce: 0, amountAtoms: 1_000n * COIN }),
  );
  await submit(node, leaving);
  await sim.runUntil(() => keysInForce(node).length === 3, 8 * EPOCH_MS, "a table of three");
  for (const away of nodes.slice(3)) await sim.stop(away);
  const stuck = finalEpoch(node);
  const behind = await runWatching(node, () => finalEpoch(node) > stuck + 4, "finality of three");
  expect(behind).toBeGreaterThan(LEAK_EPOCHS);
});

/** Two votes of one target epoch. */
function doubleVote(spec: StakeChainSpec, { key, seed }: TestValidator, genesisId: Vote["source"]["id"]): Evidence {
  const chainId = chainIdOf(spec);
  const signed = (fill: number): Vote => {
    const target = { epoch: 1, id: asHash(new Uint8Array(32).fill(fill)) };
    const vote = { source: { epoch: 0, id: genesisId }, target, key };
    return { ...vote, signature: asSignature(ed25519Sign(voteMessage(chainId, vote), seed)) };
  };
  return { kind: "votes", pair: [signed(1), signed(2)] };
}

it("two of five are jailed at once: they vote no more, and nothing is final until the leak", async () => {
  const { spec, node } = await open(5);
  const { chain } = node.core;
  const guilty = ALL.slice(3);
  const proofs = guilty.map((each, i) => {
    const evidence = doubleVote(spec, each, chain.genesisId);
    return buildEvidence({ chainId: chainIdOf(spec), seed: devAccount(i + 1).seed, nonce: 0, evidence });
  });
  await submit(node, proofs);
  const from = Math.max(...proofs.map(({ id }) => chain.findTransaction(id)!.block.header.height)) + 1;
  const stuck = finalEpoch(node);
  const behind = await runWatching(node, () => finalEpoch(node) > stuck + LEAK_EPOCHS + 2, "finality of three");
  expect(behind).toBeGreaterThan(LEAK_EPOCHS);
  expect(keysInForce(node).sort()).toEqual(
    ALL.slice(0, 3)
      .map(({ key }) => toHex(key))
      .sort(),
  );
  for (const { key } of guilty) expect(votedEpochs(node, key, from)).toEqual([]);
});
