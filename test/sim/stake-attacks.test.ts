/** What people try on a chain of stake who hold keys of validators: it costs them, or it gains them nothing. */
import { afterEach, describe, expect, it } from "vitest";
import { asHash, asSignature, toHex } from "#base";
import { ed25519Sign } from "#crypto";
import { type Evidence, type PreparedTransaction, type Vote, voteMessage } from "#model";
import { chainIdOf, type StakeChainSpec } from "#spec";
import { buildBond, buildEvidence, devAccount } from "#wallet/core";
import { testSeed } from "../support/seed.ts";
import { stakeSpec, type TestValidator, testSeat, testSigning, testValidator } from "../support/validators.ts";
import { agree, createSimulation, type SimNode, type Simulation } from "./simulation.ts";

const COIN = 100_000_000n;
const EPOCH_MS = 6_000;
const BOND = 1_000n * COIN;
const [V0, V1, V2, V3] = ["v0", "v1", "v2", "v3"].map(testValidator) as [
  TestValidator,
  TestValidator,
  TestValidator,
  TestValidator,
];
const ALL = [V0, V1, V2, V3];
const REPORTER = devAccount(0);

let sim: Simulation;
afterEach(() => sim.stopAll());

function specOf(setup: Parameters<typeof stakeSpec>[2] = {}): StakeChainSpec {
  return stakeSpec(
    ALL,
    ALL.map(() => 1_000),
    setup,
  );
}

async function open(spec: StakeChainSpec): Promise<SimNode[]> {
  sim = createSimulation(spec, testSeed, {}, 0);
  const nodes: SimNode[] = [];
  for (const validator of ALL)
    nodes.push(await sim.add(validator.name, { seat: testSeat([validator]), knows: nodes.length > 0 ? ["v0"] : [] }));
  await sim.runUntil(() => nodes[0]!.core.chain.finalizedHeight > 0, 10 * EPOCH_MS, "finality");
  return nodes;
}

async function submit({ core }: SimNode, item: PreparedTransaction): Promise<void> {
  expect(await core.submit([item.bytes], "local")).toMatchObject([{ ok: true }]);
  await sim.runUntil(() => core.chain.findTransaction(item.id) !== null, 2 * EPOCH_MS, "the transaction in a block");
}

/** Somebody pays for the proof, and the whole punishment is there. */
async function expectPunished(spec: StakeChainSpec, node: SimNode, guilty: TestValidator, evidence: Evidence) {
  const { chain } = node.core;
  const before = chain.account(REPORTER.address)!;
  const item = buildEvidence({ chainId: chainIdOf(spec), seed: REPORTER.seed, nonce: before.nonce, evidence });
  await submit(node, item);
  const validator = chain.stake()!.validator(guilty.owner)!;
  expect([validator.bondedAtoms, validator.slashedAtoms]).toEqual([BOND / 2n, BOND / 2n]);
  const { block } = chain.findTransaction(item.id)!;
  const credits = chain.credits(block).filter(({ reason }) => reason === "report");
  expect(credits).toEqual([{ to: REPORTER.address, amountAtoms: BOND / 20n, reason: "report" }]);
  // The same proof brings nothing more.
  const again = buildEvidence({ chainId: chainIdOf(spec), seed: REPORTER.seed, nonce: before.nonce + 1, evidence });
  await node.core.submit([again.bytes], "local");
  await sim.run(4 * EPOCH_MS);
  expect(chain.findTransaction(again.id)).toBeNull();
  expect(chain.stake()!.validator(guilty.owner)!.slashedAtoms).toBe(BOND / 2n);
  const lottery = chain.engine.lottery!;
  const { current } = lottery.tables(chain.head.snapshot);
  expect(current.entries.map(({ key }) => toHex(key))).not.toContain(toHex(guilty.key));
}

describe("offences", () => {
  it("a key that runs twice makes two blocks in one slot: seen, proved, slashed, jailed, once", async () => {
    const spec = specOf();
    const nodes = await open(spec);
    await sim.add("twin", { seat: testSeat([V3]), knows: ["v0"] });
    const { evidence } = nodes[0]!.core;
    await sim.runUntil(() => evidence.found().some(({ kind }) => kind === "blocks"), 20 * EPOCH_MS, "an offence");
    const proof = evidence.found().find(({ kind }) => kind === "blocks")!;
    await expectPunished(spec, nodes[0]!, V3, proof);
    await sim.runUntil(() => agree(nodes), EPOCH_MS, "agreement");
  });

  it.each([
    ["two votes for one epoch", (vote: Vote) => ({ ...vote, target: { ...vote.target, id: asHash(vote.key) } })],
    [
      "a vote that surrounds another",
      (vote: Vote) => ({
        ...vote,
        source: { epoch: vote.source.epoch - 1, id: vote.source.id },
        target: { epoch: vote.target.epoch + 1, id: vote.target.id },
      }),
    ],
  ] as const)("%s are seen, proved, slashed, jailed, once", async (_what, twist) => {
    const spec = specOf();
    const nodes = await open(spec);
    const { core } = nodes[0]!;
    const votes: Vote[] = [];
    core.events.on("vote-added", ({ vote }) => votes.push(vote));
    const honest = (): Vote | undefined => votes.find(({ key }) => toHex(key) === toHex(V3.key));
    await sim.runUntil(() => honest() !== undefined, 3 * EPOCH_MS, "a vote of v3");
    const other = twist(honest()!);
    // The later of two votes may come only in its own epoch.
    await sim.run(other.target.epoch > honest()!.target.epoch ? EPOCH_MS : 0);
    const signature = asSignature(ed25519Sign(voteMessage(chainIdOf(spec), other), V3.seed));
    await core.votes!.submit({ ...other, signature }).catch(() => {});
    const [proof] = core.evidence.found();
    expect(proof?.kind).toBe("votes");
    await expectPunished(spec, nodes[0]!, V3, proof!);
  });
});

describe("money that is not bonded where it counts", () => {
  it("gains nothing by bonding on a fork of its own, however much it is", async () => {
    const spec = specOf({ engine: { leakEpochs: 20 } });
    const nodes = await open(spec);
    const [main, attacker] = [nodes.slice(0, 3), nodes[3]!];
    sim.partition([main.map(({ name }) => name), [attacker.name]]);
    const rich = devAccount(5);
    const accomplice = testValidator("accomplice");
    const bond = buildBond({
      ...{ chainId: chainIdOf(spec), seed: rich.seed, nonce: 0, amountAtoms: 900_000n * COIN },
      ...{ signingSeed: accomplice.seed, onionTip: accomplice.onionTip },
    });
    expect(await attacker.core.submit([bond.bytes], "local")).toMatchObject([{ ok: true }]);
    await sim.runUntil(() => attacker.core.chain.findTransaction(bond.id) !== null, 8 * EPOCH_MS, "the bond");
    await sim.run(8 * EPOCH_MS);
    const { chain } = attacker.core;
    const { current, next } = chain.engine.lottery!.tables(chain.head.snapshot);
    for (const table of [current, next!]) expect(table.total).toBe(4n * BOND);
    sim.heal();
    await sim.runUntil(() => agree(nodes), 8 * EPOCH_MS, "agreement");
    expect(main[0]!.core.chain.isOnChain(main[0]!.core.chain.head)).toBe(true);
    expect(nodes.map(({ core }) => core.chain.violation)).toEqual([null, null, null, null]);
  });
});

describe("a history by keys that once held all the stake", () => {
  /**
   * Honest nodes whose chain has gaps, and a forger that comes with a past without any, made of all their keys: more
   * weight, and as many justified epochs.
   */
  async function twoHistories(spec: StakeChainSpec) {
    sim = createSimulation(spec, testSeed + 1, {}, 0);
    const elsewhere = await sim.add("forger", { seat: testSeat(ALL) });
    await sim.run(12 * EPOCH_MS);
    expect(elsewhere.core.chain.finalizedHeight).toBeGreaterThan(0);
    await sim.stopAll();
    const honest = await open(spec);
    await sim.stop(honest[3]!);
    await sim.run(14 * EPOCH_MS - (sim.nowMs() - spec.genesis.timeMs));
    sim.partition([honest.map(({ name }) => name), ["forger", "late"]]);
    const forger = await sim.add("forger", { store: elsewhere.store, seat: testSeat(ALL, testSigning(ALL, false)) });
    await sim.run(EPOCH_MS);
    const [ours, theirs] = [honest[0]!.core.chain.head.snapshot, forger.core.chain.head.snapshot];
    expect(theirs.weight).toBeGreaterThan(ours.weight);
    return { honest: honest.slice(0, 3), forger };
  }

  it("is refused by whoever has seen the true one become final", async () => {
    const { honest, forger } = await twoHistories(specOf());
    const final = honest.map(({ core }) => core.chain.finalized);
    sim.heal();
    await sim.restart(await stopped(forger), { seat: testSeat(ALL, testSigning(ALL, false)), knows: ["v0", "v1"] });
    await sim.run(6 * EPOCH_MS);
    for (const [i, { core }] of honest.entries()) {
      const { height, id } = final[i]!;
      expect(toHex(core.chain.blockAt(height)!.id)).toBe(toHex(id));
      expect(core.chain.finalizedHeight).toBeGreaterThan(height);
    }
    expect(toHex(forger.core.chain.head.id)).not.toBe(toHex(honest[0]!.core.chain.head.id));
    const told = honest.flatMap(({ core }) => core.notices.texts()).join(" ");
    expect(told).toContain("follows a chain that contradicts what is settled here");
  });

  it("is refused by a newcomer with a checkpoint, and taken by nobody else", async () => {
    const { honest, forger } = await twoHistories(specOf());
    const checkpoint = honest[0]!.core.chain.finalized;
    const late = await sim.add("late", { knows: ["forger"], options: { checkpoint } });
    await sim.runUntil(() => late.core.handshake.ready.size > 0, EPOCH_MS, "a connection");
    await sim.run(3 * EPOCH_MS);
    expect(late.core.chain.head.header.height).toBeLessThan(checkpoint.height);
    expect(late.core.notices.texts().join(" ")).toContain("checkpoint-contradicted");
    sim.heal();
    await sim.restart(await stopped(late), { knows: ["v1"], options: { checkpoint } });
    await sim.runUntil(() => agree([honest[1]!, late]), 8 * EPOCH_MS, "the true chain");
    expect(toHex(late.core.chain.blockAt(checkpoint.height)!.id)).toBe(toHex(checkpoint.id));
    expect(toHex(forger.core.chain.head.id)).not.toBe(toHex(late.core.chain.head.id));
  });

  it("is not even looked at by a node whose own head is too old, until it is given a checkpoint", async () => {
    const spec = specOf({ engine: { unbondEpochs: 8, checkpointEpochs: 4 } });
    const honest = await open(spec);
    await sim.run(6 * EPOCH_MS);
    const late = await sim.add("late", { knows: ["v0"] });
    await sim.run(2 * EPOCH_MS);
    expect(late.core.chain.head.header.height).toBe(0);
    expect(late.core.obstacle()).toContain("give a checkpoint");
    expect(late.core.notices.texts().join(" ")).toContain("stale-head");
    const checkpoint = honest[0]!.core.chain.finalized;
    await sim.restart(await stopped(late), { knows: ["v0"], options: { checkpoint } });
    await sim.runUntil(() => agree([honest[0]!, late]), 3 * EPOCH_MS, "agreement");
  });

  it("is not taken back by a node that has stored the other chain and is given a checkpoint against it", async () => {
    const { honest, forger } = await twoHistories(specOf());
    const checkpoint = honest[0]!.core.chain.finalized;
    const again = await stopped(forger);
    await expect(sim.restart(again, { options: { checkpoint } })).rejects.toMatchObject({
      code: "checkpoint-contradicted",
    });
  });
});

async function stopped(node: SimNode): Promise<SimNode> {
  await sim.stop(node);
  return node;
}
