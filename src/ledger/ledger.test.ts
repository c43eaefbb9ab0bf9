import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InvariantError, toHex } from "#base";
import type { PreparedTransaction } from "#model";
import { builtInSpec } from "#spec";
import { createLedger, genesisRoot } from "./ledger.ts";
import {
  A,
  addressNo,
  B,
  block,
  C,
  D,
  draftOf,
  noRewards,
  prepare,
  record,
  rewardsOf,
  testSpec,
  transfer,
} from "./testing/test-chain.ts";
import { oracleRoot } from "./testing/tree-oracle.ts";
import type { BlockInput } from "./types.ts";

/** Roots computed by another program from docs/spec/state.md. */
const GENESIS_ROOT = "ccb36be0f25657cb5311f6962e66340680c11ddfdffb639f3feb7fa6bf8fa235";
const BLOCK_1_ROOT = "c8e9f0f59a08a15732c41311945f5f4fce31a6c6d7cd644cf70c9d9960261d51";

const example = transfer({ from: A, nonce: 0, feeAtoms: 2_000n }, [B, 3_000n], [C, 2_000n]);

function applied(ledger: ReturnType<typeof createLedger>, input: BlockInput) {
  const result = ledger.apply(input);
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  expect(toHex(result.value.root)).toBe(toHex(ledger.root));
  expect(ledger.checkSupply().holds).toBe(true);
  return result.value;
}

function mine(
  ledger: ReturnType<typeof createLedger>,
  from: number,
  to: number,
  rewards: BlockInput["rewards"] = noRewards,
): void {
  for (let height = from; height <= to; height++) applied(ledger, block(height, [], rewards));
}

describe("genesis (rule STATE-10)", () => {
  test("has the root of the example", () => {
    const ledger = createLedger(testSpec());
    expect(toHex(ledger.root)).toBe(GENESIS_ROOT);
    expect(toHex(genesisRoot(testSpec()))).toBe(GENESIS_ROOT);
    expect(ledger.supply()).toEqual({ issuedAtoms: 1_050_000n, burnedAtoms: 0n });
    expect(ledger.account(A)).toEqual({ nonce: 0, balanceAtoms: 1_000_000n });
    expect(ledger.account(C)).toBeNull();
    expect(ledger.checkSupply()).toMatchObject({ balancesAtoms: 1_050_000n, maturingAtoms: 0n, holds: true });
  });

  test("of each chain that comes with the program holds what the specification says", () => {
    for (const name of ["main", "test", "dev"] as const) {
      const ledger = createLedger(builtInSpec(name));
      expect(ledger.stats().accounts).toBe(builtInSpec(name).genesis.accounts.length);
      expect(toHex(ledger.root)).toBe(toHex(oracleRoot(ledger.entries())));
    }
  });
});

describe("a block", () => {
  test("has the effects and the root of the example", () => {
    const ledger = createLedger(testSpec());
    const result = applied(ledger, block(1, [example]));
    expect(toHex(result.root)).toBe(BLOCK_1_ROOT);
    expect(result.feesAtoms).toBe(2_000n);
    expect(result.credits).toEqual(rewardsOf(2_000n));
    expect(result.outcomes).toEqual([]);
    expect(ledger.account(A)).toEqual({ nonce: 1, balanceAtoms: 983_000n });
    expect(ledger.account(B)).toEqual({ nonce: 0, balanceAtoms: 53_000n });
    expect(ledger.account(C)).toEqual({ nonce: 0, balanceAtoms: 2_000n });
    expect(ledger.supply()).toEqual({ issuedAtoms: 1_055_000n, burnedAtoms: 10_000n });
    expect(ledger.maturing(B)).toEqual([
      { atHeight: 6, credit: { to: B, amountAtoms: 5_000n, reason: "block-reward" } },
      { atHeight: 6, credit: { to: B, amountAtoms: 2_000n, reason: "fees" } },
    ]);
    expect(ledger.maturing(A)).toEqual([]);
  });

  test("burns the bytes of a record", () => {
    const ledger = createLedger(testSpec());
    applied(ledger, block(1, [record({ from: A, nonce: 0, feeAtoms: 3_000n }, new Uint8Array(20))]));
    expect(ledger.account(A)).toEqual({ nonce: 1, balanceAtoms: 995_000n });
    expect(ledger.supply().burnedAtoms).toBe(2_000n);
  });

  test("lets an account pay itself, one address twice, and a new account spend at once", () => {
    const ledger = createLedger(testSpec());
    const fee = 5_000n;
    applied(
      ledger,
      block(1, [
        transfer({ from: A, nonce: 0, feeAtoms: fee }, [A, 400_000n], [C, 30_000n], [A, 100_000n], [C, 30_000n]),
        transfer({ from: C, nonce: 0, feeAtoms: fee }, [C, 55_000n]),
      ]),
    );
    expect(ledger.account(A)).toEqual({ nonce: 1, balanceAtoms: 1_000_000n - fee - 60_000n - 10_000n });
    expect(ledger.account(C)).toEqual({ nonce: 1, balanceAtoms: 55_000n });
  });

  test("can empty an account, which stays with its nonce", () => {
    const ledger = createLedger(testSpec());
    applied(ledger, block(1, [transfer({ from: B, nonce: 0, feeAtoms: 2_000n }, [A, 48_000n])]));
    expect(ledger.account(B)).toEqual({ nonce: 1, balanceAtoms: 0n });
  });

  test("burns the fees that nobody is credited with", () => {
    const ledger = createLedger(testSpec());
    applied(ledger, block(1, [example], noRewards));
    expect(ledger.supply()).toEqual({ issuedAtoms: 1_050_000n, burnedAtoms: 12_000n });
    expect(ledger.maturing(B)).toEqual([]);
  });

  test("leaves credits of nothing out", () => {
    const ledger = createLedger(testSpec());
    const { credits } = applied(ledger, block(1));
    expect(credits).toHaveLength(1);
    expect(ledger.stats()).toMatchObject({ accounts: 2, leaves: 4 });
  });
});

describe("credits (rule TX-12)", () => {
  test("are paid after the chain's maturity, before the transactions", () => {
    const ledger = createLedger(testSpec([[B, 100_000n]]));
    mine(ledger, 1, 1, rewardsOf);
    mine(ledger, 2, 5);
    expect(ledger.account(B)?.balanceAtoms).toBe(100_000n);
    const all = transfer({ from: B, nonce: 0, feeAtoms: 2_000n }, [B, 103_000n]);
    expect(ledger.apply(block(5, [all])).ok).toBe(false);
    applied(ledger, block(6, [all], noRewards));
    expect(ledger.account(B)?.balanceAtoms).toBe(103_000n);
    expect(ledger.maturing(B)).toEqual([]);
    expect(ledger.stats().leaves).toBe(2);
  });

  test("make an account and pay for it, or are burned when they cannot", () => {
    const ledger = createLedger(testSpec());
    const give = (to: typeof C, amountAtoms: bigint) => () => [{ to, amountAtoms, reason: "block-reward" as const }];
    mine(ledger, 1, 1, give(C, 9_999n));
    mine(ledger, 2, 2, give(C, 10_000n));
    mine(ledger, 3, 3, give(D, 10_001n));
    mine(ledger, 4, 6);
    expect(ledger.account(C)).toBeNull();
    expect(ledger.supply().burnedAtoms).toBe(9_999n);
    mine(ledger, 7, 7);
    expect(ledger.account(C)).toEqual({ nonce: 0, balanceAtoms: 0n });
    mine(ledger, 8, 8);
    expect(ledger.account(D)).toEqual({ nonce: 0, balanceAtoms: 1n });
    expect(ledger.supply().burnedAtoms).toBe(29_999n);
  });

  test("are listed by height and by index", () => {
    const ledger = createLedger(testSpec());
    mine(ledger, 1, 2, () => [...rewardsOf(7n), ...rewardsOf(8n)]);
    expect(ledger.maturing(B).map(({ atHeight, credit }) => [atHeight, credit.amountAtoms])).toEqual([
      [6, 5_000n],
      [6, 7n],
      [6, 5_000n],
      [6, 8n],
      [7, 5_000n],
      [7, 7n],
      [7, 5_000n],
      [7, 8n],
    ]);
  });

  test("must be sound: the engine is ours", () => {
    const ledger = createLedger(testSpec());
    const root = toHex(ledger.root);
    const give = (amountAtoms: bigint) => () => [{ to: B, amountAtoms, reason: "block-reward" as const }];
    expect(() => ledger.apply(block(1, [], give(-1n)))).toThrow(InvariantError);
    expect(() => ledger.apply(block(1, [], give(2n ** 63n)))).toThrow(InvariantError);
    expect(toHex(ledger.root)).toBe(root);
    expect(ledger.checkSupply().holds).toBe(true);
  });
});

describe("a block is refused as a whole", () => {
  const before = transfer({ from: A, nonce: 0, feeAtoms: 5_000n }, [D, 2_000n]);
  test.each<[string, string, PreparedTransaction]>([
    ["an unknown kind", "tx-kind", prepare({ from: A, nonce: 1 }, 9, new Uint8Array(0))],
    ["a payload that cannot be read", "transfer-malformed", prepare({ from: A, nonce: 1 }, 1, new Uint8Array(1))],
    ["too low a fee", "tx-fee-low", transfer({ from: A, nonce: 1, feeAtoms: 1n }, [B, 1_000n])],
    ["dust", "transfer-dust", transfer({ from: A, nonce: 1 }, [B, 1n])],
    ["an overflow", "tx-overflow", transfer({ from: A, nonce: 1 }, [B, 2n ** 64n - 1n])],
    ["a sender without account", "tx-sender-unknown", transfer({ from: C, nonce: 0 }, [B, 1_000n])],
    ["a nonce used before", "tx-nonce-used", transfer({ from: A, nonce: 0 }, [B, 1_000n])],
    ["a nonce ahead", "tx-nonce-gap", transfer({ from: A, nonce: 2 }, [B, 1_000n])],
    ["more than there is", "tx-overspend", transfer({ from: A, nonce: 1 }, [B, 1_000_000n])],
    ["one atom more than there is", "tx-overspend", transfer({ from: B, nonce: 0, feeAtoms: 2_000n }, [A, 48_001n])],
    ["no money for a new account", "tx-overspend", transfer({ from: B, nonce: 0, feeAtoms: 2_000n }, [C, 38_001n])],
    ["no money for a record's bytes", "tx-overspend", record({ from: B, nonce: 0 }, new Uint8Array(500))],
  ])("for %s: %s", (_, code, tx) => {
    const ledger = createLedger(testSpec());
    const result = ledger.apply(block(1, [before, tx]));
    expect(result).toMatchObject({ ok: false, error: { fault: { code, blame: "sender" }, index: 1 } });
    expect(toHex(ledger.root)).toBe(GENESIS_ROOT);
    expect(ledger.account(D)).toBeNull();
    expect(toHex(applied(ledger, block(1, [example])).root)).toBe(BLOCK_1_ROOT);
  });

  test("for its size and its count", () => {
    const spec = { ...testSpec(), limits: { maxBlockBytes: 8 + 2 * 150 + 4 * 28, maxBlockTransactions: 2 } };
    const ledger = createLedger(spec);
    const [one, two, three] = [0, 1, 2].map((nonce) => transfer({ from: A, nonce }, [B, 1_000n])) as [
      PreparedTransaction,
      PreparedTransaction,
      PreparedTransaction,
    ];
    const refused = (transactions: readonly PreparedTransaction[]) => ledger.apply(block(1, transactions));
    expect(refused([one, two, three])).toMatchObject({
      error: { fault: { code: "block-too-many-transactions" }, index: null },
    });
    const large = transfer({ from: A, nonce: 1 }, ...Array.from({ length: 6 }, () => [B, 1_000n] as const));
    expect(refused([one, large])).toMatchObject({ error: { fault: { code: "block-too-large" }, index: null } });
    expect(refused([one, two]).ok).toBe(true);
  });
});

describe("a draft", () => {
  test("takes what can be executed and has the root that the block will have", () => {
    const ledger = createLedger(testSpec());
    const overspend = transfer({ from: B, nonce: 0 }, [A, 10n ** 9n]);
    const late = transfer({ from: A, nonce: 2 }, [B, 1_000n]);
    const next = transfer({ from: A, nonce: 1 }, [D, 1_000n]);
    const draft = ledger.draft(draftOf(1, [late, example, overspend, next]));
    expect(draft.transactions).toEqual([example, next]);
    expect(draft.skipped.map(({ id, fault }) => [id, fault.code])).toEqual([
      [late.id, "tx-nonce-gap"],
      [overspend.id, "tx-overspend"],
    ]);
    expect(toHex(ledger.root)).toBe(GENESIS_ROOT);
    expect(ledger.account(C)).toBeNull();
    expect(ledger.prove("account", A).end).toMatchObject({ kind: "value" });
    const result = applied(ledger, block(1, draft.transactions));
    expect(toHex(result.root)).toBe(toHex(draft.stateRoot));
    expect(result.feesAtoms).toBe(draft.feesAtoms);
  });

  test("fills the block and no more; what does not fit is not at fault", () => {
    const large = record({ from: B, nonce: 0 }, new Uint8Array(100));
    const small = [0, 1, 2, 3].map((nonce) => transfer({ from: A, nonce }, [B, 1_000n]));
    const limits = { maxBlockBytes: 8 + 3 * (4 + 146) + 60, maxBlockTransactions: 100 };
    const ledger = createLedger({ ...testSpec(), limits });
    const draft = ledger.draft(draftOf(1, [small[0]!, small[1]!, large, small[2]!, small[3]!]));
    expect(draft.transactions).toEqual(small.slice(0, 3));
    expect(draft.skipped).toEqual([]);
    const two = createLedger({ ...testSpec(), limits: { maxBlockBytes: 10_000, maxBlockTransactions: 2 } });
    expect(two.draft(draftOf(1, small)).transactions).toEqual(small.slice(0, 2));
  });

  test("leaves everything as it was when the engine fails", () => {
    const ledger = createLedger(testSpec());
    const fail = () => {
      throw new Error("no rewards");
    };
    expect(() => ledger.draft(draftOf(1, [example], fail))).toThrow("no rewards");
    expect(toHex(applied(ledger, block(1, [example])).root)).toBe(BLOCK_1_ROOT);
  });
});

describe("any history", () => {
  const step = fc.record({
    kind: fc.constantFrom("transfer", "transfer", "transfer", "record"),
    from: fc.nat(7),
    to: fc.array(fc.tuple(fc.nat(11), fc.bigInt(900n, 60_000n)), { minLength: 1, maxLength: 4 }),
    size: fc.nat(60),
    feeAtoms: fc.bigInt(1_200n, 9_000n),
    nonceShift: fc.constantFrom(0, 0, 0, 0, 0, 1),
  });
  const history = fc.array(fc.array(step, { maxLength: 8 }), { minLength: 1, maxLength: 12 });

  test("keeps the supply, has the root of its entries, and can be taken back to genesis", () => {
    fc.assert(
      fc.property(history, (blocks) => {
        const ledger = createLedger(testSpec([0, 1, 2, 3].map((n) => [addressNo(n), 300_000n])));
        const genesis = toHex(ledger.root);
        const done: { readonly root: string; readonly changes: ReturnType<typeof applied>["changes"] }[] = [];
        for (const [i, steps] of blocks.entries()) {
          const nonces = new Map<number, number>();
          const candidates = steps.map(({ kind, from, to, size, feeAtoms, nonceShift }) => {
            const expected = nonces.get(from) ?? ledger.account(addressNo(from))?.nonce ?? 0;
            nonces.set(from, expected + 1);
            const fields = { from: addressNo(from), nonce: expected + nonceShift, feeAtoms };
            if (kind === "record") return record(fields, new Uint8Array(size));
            return transfer(fields, ...to.map(([n, atoms]) => [addressNo(n), atoms] as const));
          });
          const root = toHex(ledger.root);
          const rewards = (fees: bigint) => [
            { to: addressNo(20 + i), amountAtoms: i % 3 === 0 ? fees / 2n : fees + 9_000n, reason: "fees" as const },
          ];
          const draft = ledger.draft(draftOf(i + 1, candidates, rewards));
          expect(toHex(ledger.root)).toBe(root);
          if (draft.skipped.length > 0) expect(ledger.apply(block(i + 1, candidates, rewards)).ok).toBe(false);
          const { changes } = applied(ledger, block(i + 1, draft.transactions, rewards));
          expect(toHex(ledger.root)).toBe(toHex(draft.stateRoot));
          expect(toHex(ledger.root)).toBe(toHex(oracleRoot(ledger.entries())));
          done.push({ root, changes });
        }
        const head = toHex(ledger.root);
        for (const { root, changes } of [...done].reverse()) {
          ledger.revert(changes);
          expect(toHex(ledger.root)).toBe(root);
        }
        expect(toHex(ledger.root)).toBe(genesis);
        for (const { changes } of done) ledger.replay(changes);
        expect(toHex(ledger.root)).toBe(head);
        expect(ledger.checkSupply().holds).toBe(true);
      }),
    );
  });

  test("has the same root whatever the seed of the index and the room in the beginning", () => {
    const roots = [{}, { indexSeed: 5 }, { indexSeed: 6, capacity: 5_000 }].map((options) => {
      const ledger = createLedger(testSpec(), options);
      return toHex(applied(ledger, block(1, [example])).root);
    });
    expect(roots).toEqual([BLOCK_1_ROOT, BLOCK_1_ROOT, BLOCK_1_ROOT]);
  });
});
