/** Chains that whole nodes have made: the second verifier finds the same state, the same head, and the same to be final. */
import { afterEach, expect, it } from "vitest";
import { toHex } from "#base";
import type { PreparedTransaction } from "#model";
import { chainIdOf } from "#spec";
import { buildBond, buildEvidence, buildRecord, buildTransfer, buildUnbond, devAccount } from "#wallet/core";
import { agree, createSimulation, type SimNode, type Simulation } from "../sim/simulation.ts";
import { testSeed } from "../support/seed.ts";
import { stakeSpec, type TestValidator, testSeat, testValidator } from "../support/validators.ts";
import { textOf, writeExport } from "./testing/export-file.ts";
import { linesOf } from "./testing/stake-mine.ts";
import { verifyExport } from "./verify-export.ts";

const COIN = 100_000_000n;
const EPOCH_MS = 4_000;
const ALL = ["v0", "v1", "v2", "v3"].map(testValidator);
const NEWCOMER = testValidator("newcomer");
const LATER = testValidator("the newcomer's second key");
const owner = devAccount(0);

const spec = stakeSpec(ALL, [1_000, 1_000, 1_000, 1_000], {
  engine: { epochSlots: 4, leakEpochs: 2, unbondEpochs: 4, jailEpochs: 3 },
});
const chainId = chainIdOf(spec);

let sim: Simulation;
afterEach(() => sim.stopAll());

async function open(): Promise<SimNode[]> {
  sim = createSimulation(spec, testSeed, {}, 0);
  const nodes: SimNode[] = [];
  for (const validator of ALL) {
    // The newcomer's keys are here from the beginning, and wait for their bond.
    const seat = testSeat(validator === ALL[0] ? [validator, NEWCOMER, LATER] : [validator]);
    nodes.push(await sim.add(validator.name, { seat, knows: nodes.length > 0 ? ["v0"] : [] }));
  }
  return nodes;
}

const signing = ({ core }: SimNode) => ({
  ...{ chainId, seed: owner.seed, nonce: core.chain.account(owner.address)!.nonce },
  minFeePerByteAtoms: spec.fees.minFeePerByteAtoms,
});

async function submit({ core }: SimNode, item: PreparedTransaction): Promise<void> {
  expect(await core.submit([item.bytes], "local")).toMatchObject([{ ok: true }]);
  await sim.runUntil(() => core.chain.findTransaction(item.id) !== null, 6 * EPOCH_MS, "the transaction in a block");
}

async function expectAgreement({ core: { chain } }: SimNode): Promise<void> {
  const { header, id, snapshot } = chain.head;
  expect(await verifyExport(writeExport(textOf(linesOf(chain))))).toMatchObject({
    ...{ head: toHex(id), height: header.height, stateRoot: toHex(header.stateRoot) },
    ...{ justifiedEpoch: snapshot.justified.epoch, finalizedEpoch: snapshot.finalized.epoch },
    ...{ finalized: toHex(chain.finalized.id), finalizedHeight: chain.finalizedHeight },
  });
}

const isInTable = ({ core: { chain } }: SimNode, { key }: TestValidator): boolean =>
  chain.engine.lottery!.tables(chain.head.snapshot).current.entries.some((each) => toHex(each.key) === toHex(key));

const bondOf = (node: SimNode, signer: TestValidator, amountAtoms: bigint): PreparedTransaction =>
  buildBond({ ...signing(node), amountAtoms, signingSeed: signer.seed, onionTip: signer.onionTip });

const isCredited = ({ core: { chain } }: SimNode, reason: string): boolean =>
  chain.credits(chain.head).some((credit) => credit.reason === reason);

it("a life as a validator: bonded, bonded more, with another key, unbonded and paid", async () => {
  const nodes = await open();
  const node = nodes[0]!;
  await submit(node, bondOf(node, NEWCOMER, 800n * COIN));
  await sim.runUntil(() => isInTable(node, NEWCOMER), 8 * EPOCH_MS, "the newcomer in the table");
  const outputs = [{ to: ALL[1]!.owner, amountAtoms: 5n * COIN }];
  await submit(node, buildTransfer({ ...signing(node), outputs }));
  await submit(node, bondOf(node, LATER, 100n * COIN));
  await sim.runUntil(() => isInTable(node, LATER), 8 * EPOCH_MS, "the second key in the table");
  await submit(node, buildRecord({ ...signing(node), record: { mediaType: 1, data: new Uint8Array(99) } }));
  await submit(node, buildUnbond({ ...signing(node), amountAtoms: 900n * COIN }));
  await sim.runUntil(() => isCredited(node, "unbonded"), 14 * EPOCH_MS, "the payment");
  expect(isInTable(node, LATER)).toBe(false);
  await expectAgreement(node);
});

it("a key that runs twice, and two validators that are away until they leak, and one that comes back", async () => {
  const nodes = await open();
  const node = nodes[0]!;
  await submit(node, buildTransfer({ ...signing(node), outputs: [{ to: ALL[2]!.owner, amountAtoms: 5n * COIN }] }));
  const twin = await sim.add("twin", { seat: testSeat([ALL[3]!]), knows: ["v0"] });
  await sim.runUntil(() => node.core.evidence.found().length > 0, 40 * EPOCH_MS, "an offence");
  await submit(node, buildEvidence({ ...signing(node), evidence: node.core.evidence.found()[0]! }));
  await sim.runUntil(() => node.core.chain.finalizedHeight > 0, 10 * EPOCH_MS, "finality");
  for (const away of [twin, nodes[3]!, nodes[2]!]) await sim.stop(away);
  const v2 = () => node.core.chain.stake()!.validator(ALL[2]!.owner)!;
  await sim.runUntil(() => v2().leaked, 20 * EPOCH_MS, "the leak");
  await sim.restart(nodes[2]!, { seat: testSeat([ALL[2]!]), knows: ["v0"] });
  await sim.runUntil(() => agree(nodes.slice(0, 3)), 4 * EPOCH_MS, "agreement");
  const back = { ...signing(node), seed: ALL[2]!.ownerSeed, nonce: 0, amountAtoms: 0n };
  const tip = node.core.chain.stake()!.onionTip(ALL[2]!.key, 0) ?? ALL[2]!.onionTip;
  await submit(node, buildBond({ ...back, signingSeed: ALL[2]!.seed, onionTip: tip }));
  await sim.runUntil(() => isInTable(node, ALL[2]!), 12 * EPOCH_MS, "the return");
  expect(node.core.chain.stake()!.validator(ALL[3]!.owner)!.slashedAtoms).toBeGreaterThan(0n);
  await expectAgreement(node);
});
