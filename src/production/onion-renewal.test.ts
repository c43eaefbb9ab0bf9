import { beforeEach, describe, expect, it } from "vitest";
import { asHash, blameNobody, err, type Fault, type Hash, ok, type Result, silentLogger, toHex } from "#base";
import { addressOf, formatAddress } from "#crypto";
import type { StakeView, Validator } from "#ledger";
import type { PreparedTransaction } from "#model";
import { chainIdOf } from "#spec";
import { buildRenew, formatCoins } from "#wallet/core";
import { driveFor } from "../../test/support/drive.ts";
import { testValidator } from "../../test/support/validators.ts";
import { OnionRenewal } from "./onion-renewal.ts";
import { openStakeWorld, type StakeWorld } from "./testing/stake-world.ts";

const VALIDATOR = testValidator("a");
const NEXT_TIP = asHash(new Uint8Array(32).fill(7));

let world: StakeWorld;
/** What is left of the onion. */
let share: number;
let change: Partial<Validator>;
let balanceAtoms: bigint | null;
let answer: Result<unknown, Fault>;
let sent: PreparedTransaction[];
let renewal: OnionRenewal;

beforeEach(async () => {
  world = await openStakeWorld([VALIDATOR]);
  [share, change, balanceAtoms, answer, sent] = [0.5, {}, 10_000n, ok(undefined), []];
  const { clock, events, spec, chain } = world;
  const stake = (): StakeView => ({
    ...chain.stake()!,
    validatorOf: (key) => ({ ...chain.stake()!.validatorOf(key)!, ...change }),
  });
  const { seed, key } = VALIDATOR;
  renewal = new OnionRenewal(
    {
      signers: [
        {
          ...{ key, address: addressOf(key) },
          shareLeft: () => share,
          nextTip: async () => NEXT_TIP,
          buildRenewal: (nonce, onionTip) => buildRenew({ chainId: chainIdOf(spec), seed, nonce, onionTip }),
        },
      ],
    },
    {
      ...{ clock, events, stake, formatAtoms: formatCoins },
      account: () => (balanceAtoms === null ? null : { nonce: 3, balanceAtoms }),
      formatAddress: (address) => formatAddress(address, spec.addressPrefix),
      async submit(transaction) {
        sent.push(transaction);
        return answer;
      },
      log: silentLogger,
    },
  );
});

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
async function head(): Promise<void> {
  world.events.emit("head-changed", { reverted: [], applied: [] });
  await turn();
}
const tips = (): string[] => sent.map(({ transaction }) => toHex(transaction.payload));

describe("an onion", () => {
  it("is renewed at a tenth, once, by its own key", async () => {
    renewal.start();
    await turn();
    expect(sent).toEqual([]);
    share = 0.1;
    await head();
    expect(tips()).toEqual([toHex(NEXT_TIP)]);
    expect(sent[0]!.transaction).toMatchObject({ nonce: 3, sender: VALIDATOR.key });
    change = { nextOnion: { tip: NEXT_TIP as Hash, fromEpoch: 9 } };
    await driveFor(world.clock, 100_000);
    await head();
    expect(sent.length).toBe(1);
    expect(world.notices).toEqual([]);
    await renewal.stop();
    await head();
    expect(sent.length).toBe(1);
  });

  it("is renewed again when the first renewal got lost, not before a minute", async () => {
    share = 0.05;
    renewal.start();
    await turn();
    await head();
    expect(sent.length).toBe(1);
    await driveFor(world.clock, 61_000);
    await head();
    expect(tips()).toEqual([toHex(NEXT_TIP), toHex(NEXT_TIP)]);
    await renewal.stop();
  });

  it("is left alone when another key has taken its place", async () => {
    share = 0.05;
    change = { signingKey: testValidator("b").key };
    renewal.start();
    await turn();
    expect(sent).toEqual([]);
    await renewal.stop();
  });

  it.each([
    ["no account", null],
    ["too little", 5n],
  ])("whose key has %s is asked money for", async (_, balance) => {
    [share, balanceAtoms] = [0.05, balance];
    renewal.start();
    await turn();
    expect(sent).toEqual([]);
    const address = formatAddress(addressOf(VALIDATOR.key), world.spec.addressPrefix);
    expect(world.notices).toMatchObject([{ code: "onion-not-renewed", active: true }]);
    expect(world.notices[0]!.text).toContain(address);
    expect(world.notices[0]!.text).toMatch(/send it 0\.0000\d+ coins/);
    balanceAtoms = 1_000_000n;
    await driveFor(world.clock, 61_000);
    await head();
    expect(sent.length).toBe(1);
    expect(world.notices.at(-1)).toMatchObject({ active: false });
    await renewal.stop();
  });

  it("whose renewal is refused is spoken of, unless it waits already", async () => {
    share = 0.05;
    answer = err(blameNobody("tx-known"));
    renewal.start();
    await turn();
    expect(world.notices).toEqual([]);
    answer = err(blameNobody("tx-fee-floor"));
    await driveFor(world.clock, 61_000);
    await head();
    expect(world.notices[0]!.text).toContain("tx-fee-floor");
    await renewal.stop();
  });
});
