/** What an audit asks, over HTTP: a pool for its logs, a node for the chain. Nothing that the pool says is believed. */
import { type Client, type PoolCalls, readSignedThreshold } from "#api/contract";
import { type Address, asHash, asSignature, fromHex, type Hash, type Key, OperationError, toHex } from "#base";
import { formatAddress, parseAddress } from "#crypto";
import { type AuditChain, type AuditSource, decodeSignedTreeHead } from "#stratum";
import { orNull } from "./node-chain.ts";

/** On a page. */
const MOST_CREDITS = 100;

/** @param poolKey as the auditor knows it */
export function createAuditSource(pool: PoolCalls, poolKey: Key, addressPrefix: string): AuditSource {
  const readPath = (path: readonly string[] | null): Hash[] | null => path?.map(readHash) ?? null;
  return {
    async heads(round) {
      return (await pool.heads(round)).items.map((text) => {
        const head = decodeSignedTreeHead(readBytes(text));
        return head ?? malformed("a signed head");
      });
    },
    inclusionProof: async (round, leaf, size) => readPath((await pool.inclusion(round, { leaf, size })).path),
    consistencyProof: async (round, from, to) => readPath((await pool.consistency(round, { from, to })).path),
    records: async (round, from, count) =>
      (await pool.records(round, { from, count })).items.map((text) => readBytes(text)),
    async statement(round) {
      const { statement } = await pool.statement(round);
      if (statement === null) return null;
      const { scheme, feePpm, windowBlocks, height } = statement;
      return {
        ...{ poolKey, round: statement.round, terms: { scheme, feePpm, windowBlocks }, height },
        block: readHash(statement.block),
        rewardAtoms: BigInt(statement.reward),
        poolAtoms: BigInt(statement.poolPart),
        credits: statement.credits.map(({ address, work, amount }) => ({
          address: readAddress(address, addressPrefix),
          work: BigInt(work),
          amountAtoms: BigInt(amount),
        })),
        signature: asSignature(readBytes(statement.signature, 64)),
      };
    },
    async account(address) {
      const account = await orNull(pool.account(formatAddress(address, addressPrefix)));
      if (account === null) return null;
      return {
        owedAtoms: BigInt(account.owed),
        payingAtoms: BigInt(account.paying),
        paidAtoms: BigInt(account.paid),
        earnedAtoms: BigInt(account.earned),
        thresholdAtoms: BigInt(account.threshold),
        thresholdOrders: account.thresholdOrders.map(({ taken, ...signed }) => ({
          order: readSignedThreshold(signed, { poolKey, address }) ?? malformed("an order about a threshold"),
          taken: asSignature(readBytes(taken, 64)),
        })),
        payouts: account.payouts.map(({ transaction, amount, cost, confirmed, createdMs }) => ({
          transaction: readHash(transaction),
          amountAtoms: BigInt(amount),
          costAtoms: BigInt(cost),
          ...{ isConfirmed: confirmed, createdMs },
        })),
      };
    },
    async credits(address, before) {
      const query = { limit: MOST_CREDITS, ...(before === null ? {} : { before }) };
      const { items, next } = await pool.credits(formatAddress(address, addressPrefix), query);
      const credits = items.map(({ kind, round, height, state, amount }) => ({
        ...{ kind, round, height, state },
        amountAtoms: BigInt(amount),
      }));
      return { items: credits, next };
    },
  };
}

/** @param poolAddress whose credits are the rewards of a block */
export function createAuditChain(node: Client, poolAddress: string, addressPrefix: string): AuditChain {
  return {
    async block(id) {
      const block = await orNull(node.block(toHex(id)));
      if (block === null) return null;
      const rewards = block.credits.filter(({ to }) => to === poolAddress).map(({ amount }) => BigInt(amount));
      return { canonical: block.canonical, rewardAtoms: rewards.reduce((sum, amount) => sum + amount, 0n) };
    },
    async transfer(id) {
      const found = await orNull(node.transaction(toHex(id)));
      if (found?.kind !== "transfer" || found.block === null) return null;
      const outputs = found.payload.outputs.map(({ to, amount }) => ({
        to: readAddress(to, addressPrefix),
        amountAtoms: BigInt(amount),
      }));
      return { height: found.block.height, outputs };
    },
    headHeight: async () => (await node.status()).head.height,
    timeMsAt: async (height) => (await node.block(height)).timeMs,
  };
}

export function readAddress(text: string, prefix: string): Address {
  const address = parseAddress(text, prefix);
  return address.ok ? address.value : malformed(`the address ${text}`);
}

function readHash(text: string): Hash {
  return asHash(readBytes(text, 32));
}

export function readBytes(text: string, length?: number): Uint8Array {
  const bytes = fromHex(text);
  return bytes === null || (length !== undefined && bytes.length !== length) ? malformed("hex") : bytes;
}

function malformed(what: string): never {
  throw new OperationError("pool-malformed", `the pool gives ${what} that makes no sense`);
}
