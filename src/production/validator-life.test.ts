import { beforeEach, expect, test } from "vitest";
import { equalBytes, type Hash, ok, seededRandom, silentLogger, toHex } from "#base";
import { formatAddress, onionTip } from "#crypto";
import type { PreparedTransaction, Vote } from "#model";
import { chainIdOf } from "#spec";
import { addValidatorKey, createOnion, openValidator, openValidatorKeys, tipForBond, type Validator } from "#wallet";
import { buildBond, formatCoins } from "#wallet/core";
import { tempDir } from "../../test/support/temp.ts";
import { type TestValidator, testSigning, testValidator } from "../../test/support/validators.ts";
import { OnionRenewal } from "./onion-renewal.ts";
import { Producer } from "./producer.ts";
import type { SigningPort } from "./signing.ts";
import { openStakeWorld, type StakeWorld } from "./testing/stake-world.ts";
import { Voter } from "./voter.ts";

const random = seededRandom(5);
const passphrase = "pass";
/** A tenth of it lasts for the two epochs and more that a renewal takes to act. */
const DEPTH = 240;
/** Of the first onion when the chain begins. */
const LEFT = 30;

/** Three quarters of the stake. */
const others = ["a", "b", "c"].map(testValidator);
let othersSigning: SigningPort;

let world: StakeWorld;
let folder: string;
let pending: PreparedTransaction[];
let votes: Vote[];
/** Of the first key. */
let first: TestValidator;
/** Signatures and imports that are waited for. */
let underWay: number;

beforeEach(async () => {
  folder = tempDir();
  othersSigning = testSigning(others);
  [pending, votes, underWay] = [[], [], 0];
  const given = testValidator("first");
  first = { ...given, onionTip: onionTip(given.seed, 0, LEFT) };
  world = await openStakeWorld([first, ...others]);
  await addKey(first.seed);
});

const addKey = (seed: Uint8Array) =>
  addValidatorKey(
    {
      ...{ folder, passphrase, seed, onionDepth: DEPTH, argon2id: { memoryKiB: 64, passes: 1 } },
      chainId: chainIdOf(world.spec),
    },
    random,
  );

/** Producer, voter and renewal over a validator's real keys, guard and onions. */
async function run(work: (validator: Validator) => Promise<void>): Promise<void> {
  const { chain, events, clock, spec } = world;
  const validator = await openValidator({ folder, chainId: chainIdOf(spec), passphrase }, random);
  const { signers } = validator;
  const signing: SigningPort = {
    sign: (job) => {
      const isOurs = signers.some(({ key }) => equalBytes(key, job.key));
      return watched((isOurs ? validator : othersSigning).sign(job));
    },
  };
  const parts = { chain, events, clock, signing, log: silentLogger, obstacle: () => null };
  const all = [...signers, ...others.map(({ signer }) => signer)];
  const producer = new Producer(
    { signers: all, address: signers[0]!.address },
    {
      ...parts,
      chain: {
        draft: (...args) => chain.draft(...args),
        import: (candidates) => watched(chain.import(candidates)),
        get head() {
          return chain.head;
        },
      },
      sealer: { hashRate: () => 0, stop: async () => {}, seal: async () => null },
      pending: () => pending,
      votes: () => votes,
    },
  );
  const voter = new Voter(
    { keys: all.map(({ key }) => key) },
    { ...parts, submit: async (vote) => void votes.push(vote) },
  );
  const renewal = new OnionRenewal(
    { signers },
    {
      ...{ events, clock, log: silentLogger, formatAtoms: formatCoins },
      stake: () => chain.stake(),
      account: (address) => chain.account(address),
      formatAddress: (address) => formatAddress(address, spec.addressPrefix),
      submit: async (transaction) => ok(pending.push(transaction)),
    },
  );
  for (const part of [producer, voter, renewal]) part.start();
  await work(validator);
  await Promise.all([producer, voter, renewal].map((part) => part.stop()));
  await validator.close();
}

const height = (): number => world.chain.head.header.height;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function watched<T>(work: Promise<T>): Promise<T> {
  underWay++;
  return work.finally(() => underWay--);
}

/** Disk and threads take real time, in which the clock stands. */
async function until(condition: () => boolean): Promise<void> {
  const endMs = world.clock.nowMs() + 600_000;
  for (;;) {
    do for (let i = 0; i < 3; i++) await turn();
    while (underWay > 0);
    if (condition()) return;
    const dueMs = world.clock.nextDueMs();
    if (dueMs === null || dueMs > endMs) throw new Error("the condition is never met");
    world.clock.runTo(dueMs);
  }
}
const recordOf = (key: Hash | TestValidator["key"]) => world.chain.stake()!.validatorOf(key as TestValidator["key"])!;

test("a validator renews its onion in time, and goes on with it after a start; no slot stays empty", async () => {
  const lastRevealed = (): Hash => recordOf(first.key).onionTip;
  const secondOnion = await createOnion({ secret: first.seed, number: 1, depth: DEPTH });
  await run(async () => {
    await until(() => secondOnion.left(lastRevealed()) !== null);
    expect(pending.length).toBe(1);
    expect(height()).toBe(world.slotNow());
    expect(world.notices).toEqual([]);
  });
  expect((await openValidatorKeys(folder, random)).list()[0]!.onionNumber).toBe(1);
  await run(async () => {
    await until(() => secondOnion.left(lastRevealed())! <= DEPTH - 3);
  });
  expect(height()).toBeGreaterThanOrEqual(world.slotNow() - 1);
});

test("a rotated key takes over when the chain says so, and no slot stays empty", async () => {
  const { spec, chain } = world;
  const owner = { chainId: chainIdOf(spec), seed: first.ownerSeed, nonce: 0 };
  const seed = new Uint8Array(32).fill(3);
  const { key } = await addKey(seed);
  await run(async ({ signers, guard }) => {
    expect(signers.map((signer) => toHex(signer.key))).toEqual([key, first.key].map(toHex));
    await until(() => height() === 8);
    const tip = await tipForBond({ seed, onionDepth: DEPTH, onionNumber: 0 }, null);
    pending.push(buildBond({ ...owner, amountAtoms: 0n, signingSeed: seed, onionTip: tip }));
    await until(() => toHex(recordOf(first.key).signingKey) === toHex(key));
    const toldAt = height();
    await until(() => guard.protectionOf(key)!.lastBlockSlot !== null);
    expect(guard.protectionOf(first.key)!.lastBlockSlot).toBeGreaterThan(toldAt);
    const takenOverAt = height();
    await until(() => height() >= takenOverAt + 20);
    expect(height()).toBe(world.slotNow());
    expect(guard.protectionOf(first.key)!.lastBlockSlot).toBeLessThan(takenOverAt);
    expect(chain.head.snapshot.finalized.epoch).toBeGreaterThan(2);
  });
});
