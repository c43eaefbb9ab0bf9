import { describe, expect, test } from "vitest";
import { asAddress, asHash, asKey, asSignature } from "#base";
import {
  type Body,
  computeBodyRoot,
  decodeTransaction,
  EMPTY_BODY,
  encodeTransaction,
  type Header,
  type PreparedTransaction,
  transactionId,
  type Vote,
} from "#model";
import { builtInSpec, type ChainSpec, chainIdOf } from "#spec";
import { checkBody, checkBodyFits } from "./block-body.ts";

const spec = builtInSpec("dev");
const chainId = chainIdOf(spec);
const ZERO = asHash(new Uint8Array(32));
const checkpoint = { epoch: 0, id: ZERO };
const vote: Vote = {
  source: checkpoint,
  target: checkpoint,
  key: asKey(new Uint8Array(32)),
  signature: asSignature(new Uint8Array(64)),
};

function transaction(nonce: number): Uint8Array {
  return encodeTransaction({
    version: 1,
    kind: 1,
    sender: asKey(new Uint8Array(32)),
    nonce,
    feeAtoms: 0n,
    payload: new Uint8Array(28),
    signature: asSignature(new Uint8Array(64)),
  });
}

function headerOf(body: Body): Header {
  const ids = body.transactions.map((bytes) => transactionId(chainId, bytes));
  return {
    version: 1,
    height: 1,
    parent: ZERO,
    timeMs: 0,
    bodyRoot: computeBodyRoot(ids, body.votes),
    stateRoot: ZERO,
    proposer: asAddress(new Uint8Array(20)),
    claim: new Uint8Array(4),
    seal: new Uint8Array(28),
  };
}

/** Signatures are verified elsewhere: here every one holds, but for those of nonce 13. */
async function prepare(transactions: readonly Uint8Array[]): Promise<(PreparedTransaction | null)[]> {
  return transactions.map((bytes) => {
    const decoded = decodeTransaction(bytes);
    if (!decoded.ok || decoded.value.nonce === 13) return null;
    const id = transactionId(chainId, bytes);
    return { bytes, id, from: asAddress(new Uint8Array(20)), transaction: decoded.value };
  });
}

async function verdictOf(body: Body, header = headerOf(body), chain: ChainSpec = spec) {
  const checked = await checkBody({ spec: chain, chainId, votes: null }, header, body, prepare);
  return checked.ok ? "ok" : { code: checked.error.fault.code, committed: checked.error.committed };
}

describe("a body against its header", () => {
  test("is accepted with the transactions that the root names", async () => {
    expect(await verdictOf(EMPTY_BODY)).toBe("ok");
    expect(await verdictOf({ transactions: [transaction(0), transaction(1)], votes: [] })).toBe("ok");
  });

  test("of another root blames the sender and not the block", async () => {
    const body = { transactions: [transaction(0)], votes: [] };
    expect(await verdictOf(EMPTY_BODY, headerOf(body))).toEqual({ code: "body-root", committed: false });
    expect(await verdictOf(body, headerOf(EMPTY_BODY))).toEqual({ code: "body-root", committed: false });
  });

  test("with a false signature under its root condemns the block", async () => {
    const body = { transactions: [transaction(12), transaction(13)], votes: [] };
    expect(await verdictOf(body)).toEqual({ code: "block-transaction-invalid", committed: true });
  });

  test("with votes condemns a block of work", async () => {
    const body = { transactions: [], votes: [vote] };
    expect(await verdictOf(body)).toEqual({ code: "block-votes", committed: true });
    expect(await verdictOf(body, headerOf(EMPTY_BODY))).toEqual({ code: "body-root", committed: false });
  });

  test("beyond the limits of the chain is refused before anything is hashed", async () => {
    const body = { transactions: [transaction(0), transaction(1)], votes: [] };
    const limited = (limits: Partial<ChainSpec["limits"]>) => ({ ...spec, limits: { ...spec.limits, ...limits } });
    // Two offsets, two more for the transactions, and 146 bytes for each of them.
    expect(await verdictOf(body, headerOf(body), limited({ maxBlockBytes: 308 }))).toBe("ok");
    expect(await verdictOf(body, headerOf(body), limited({ maxBlockBytes: 307 }))).toMatchObject({
      code: "block-too-large",
    });
    expect(await verdictOf(body, headerOf(body), limited({ maxBlockTransactions: 1 }))).toMatchObject({
      code: "block-too-many-transactions",
    });
  });

  test("known transactions are not prepared again", async () => {
    const body = { transactions: [transaction(0), transaction(1)], votes: [] };
    const [first] = await prepare(body.transactions);
    const asked: number[] = [];
    const counting = (list: readonly Uint8Array[]) => {
      asked.push(list.length);
      return prepare(list);
    };
    const checked = await checkBody({ spec, chainId, votes: null }, headerOf(body), body, counting, [first!]);
    expect(checked.ok && checked.value.transactions[0]).toBe(first);
    expect(asked).toEqual([1]);
  });

  test("fits or does not, without a look at its signatures", () => {
    const fits = (body: Body, header: Header, chain: ChainSpec = spec) =>
      checkBodyFits({ spec: chain, chainId }, header, body)?.code ?? "fits";
    const body = { transactions: [transaction(0), transaction(13)], votes: [] };
    expect(fits(body, headerOf(body))).toBe("fits");
    expect(fits(EMPTY_BODY, headerOf(body))).toBe("body-root");
    const tight = { ...spec, limits: { ...spec.limits, maxBlockBytes: 100 } };
    expect(fits(body, headerOf(body), tight)).toBe("block-too-large");
  });
});
