import { beforeEach, describe, expect, it } from "vitest";
import { blameNobody, err, OperationError, ok, type Result, toHex } from "#base";
import type { Mempool } from "#mempool";
import type { PreparedTransaction } from "#model";
import { buildTransfer, devAccount } from "#wallet/core";
import { easyChainId, easySpec, prepareHere } from "../../test/support/forge.ts";
import { prepareWith } from "./prepare.ts";
import { createSubmit } from "./submit.ts";

const pay = (nonce: number): PreparedTransaction =>
  buildTransfer({
    chainId: easyChainId,
    seed: devAccount(1).seed,
    nonce,
    outputs: [{ to: devAccount(2).address, amountAtoms: 5_000n }],
  });
const tampered = (nonce: number): Uint8Array => pay(nonce).bytes.map((byte, i) => (i === 70 ? byte ^ 1 : byte));

let given: { readonly ids: readonly string[]; readonly relay: boolean }[];
let checked: number;
let pending: Set<string>;
let included: Set<string>;
let readOnly: string | null;
let verdict: (item: PreparedTransaction) => Result<void, ReturnType<typeof blameNobody>>;
beforeEach(() => {
  [given, checked, pending, included, readOnly] = [[], 0, new Set(), new Set(), null];
  verdict = () => ok(undefined);
});

const submit = createSubmit({
  mempool: {
    has: (id: Uint8Array) => pending.has(toHex(id)),
    async submit(items: readonly PreparedTransaction[], relay: boolean) {
      given.push({ ids: items.map((item) => toHex(item.id)), relay });
      return items.map((item) => verdict(item));
    },
  } as unknown as Mempool,
  view: {
    minFeePerByteAtoms: 10n,
    account: () => ({ nonce: 5, balanceAtoms: 1n }) as never,
    refusal: () => null,
    costAtoms: () => ok(0n),
  },
  chainId: easyChainId,
  disk: {
    get readOnly() {
      return readOnly;
    },
    guard: (work: Promise<unknown>) => work,
  } as never,
  isIncluded: (id) => included.has(toHex(id)),
  async prepare(transactions) {
    checked += transactions.length;
    return prepareHere(easySpec)(transactions);
  },
});

const codes = async (list: readonly Uint8Array[], origin: Parameters<typeof submit>[1]): Promise<string[]> =>
  (await submit(list, origin)).map((outcome) => (outcome.ok ? toHex(outcome.value).slice(0, 4) : outcome.error.code));
const short = (item: PreparedTransaction): string => toHex(item.id).slice(0, 4);

describe("a transaction on its way in", () => {
  it("is answered in order, good and bad mixed", async () => {
    verdict = (item) => (item.transaction.nonce === 7 ? err(blameNobody("tx-overspend")) : ok(undefined));
    expect(await codes([pay(5).bytes, tampered(6), Uint8Array.of(1), pay(7).bytes, pay(8).bytes], "local")).toEqual([
      short(pay(5)),
      "tx-signature",
      "tx-truncated",
      "tx-overspend",
      short(pay(8)),
    ]);
    expect(given.map(({ ids }) => ids.length)).toEqual([3]);
  });

  it("is told to others when it is new to them", async () => {
    for (const origin of ["local", "gossip", "fetched"] as const) await codes([pay(5).bytes], origin);
    expect(given.map(({ relay }) => relay)).toEqual([true, false, true]);
  });

  it("that gossip repeats costs no signature check, but one of ours is looked at again", async () => {
    pending.add(toHex(pay(5).id));
    included.add(toHex(pay(4).id));
    expect(await codes([pay(5).bytes, pay(4).bytes], "gossip")).toEqual(["tx-known", "tx-nonce-used"]);
    expect(checked).toBe(0);
    expect(await codes([pay(5).bytes], "local")).toEqual([short(pay(5))]);
    expect(checked).toBe(1);
  });

  it("with a used nonce is checked when it is not the one on the chain: nobody may send on a false one", async () => {
    expect(await codes([tampered(4)], "gossip")).toEqual(["tx-signature"]);
    expect(checked).toBe(1);
  });

  it("is turned away in words while nothing can be written", async () => {
    readOnly = "no space left";
    await expect(submit([pay(5).bytes], "local")).rejects.toMatchObject({
      code: "node-read-only",
      message: expect.stringContaining("no space left"),
    });
    await expect(submit([pay(5).bytes], "gossip")).rejects.toBeInstanceOf(OperationError);
    expect(given).toEqual([]);
  });
});

it("what is kept of a long message keeps little of it in memory", async () => {
  const message = new Uint8Array(4 * 2 ** 20);
  const bytes = pay(0).bytes;
  message.set(bytes, 1_000);
  const prepare = prepareWith({
    verify: async (batch) =>
      batch.map((one) => ({ valid: one.length === bytes.length, id: pay(0).id, sender: pay(0).from })),
  });
  const prepared = await prepare([message.subarray(1_000, 1_000 + bytes.length), message.subarray(0, 5)]);
  expect(prepared[1]).toBeNull();
  expect(prepared[0]!.bytes).toEqual(bytes);
  expect(prepared[0]!.bytes.buffer.byteLength).toBeLessThanOrEqual(16_384);
  expect(prepared[0]!.transaction.payload.buffer).toBe(prepared[0]!.bytes.buffer);
  const many = await prepare(Array.from({ length: 1_000 }, () => bytes));
  expect(many.every((item) => toHex(item!.bytes) === toHex(bytes))).toBe(true);
});
