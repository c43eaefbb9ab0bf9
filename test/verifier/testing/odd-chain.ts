/** A chain with numbers far from those of the chains that come with the program, and false blocks on top of it. */
import { equalBytes, fromHex, type Result, toHex } from "#base";
import { engineFor, searchNonce } from "#consensus";
import { type Block, computeBodyRoot, decodeBlock, encodeBlock, type Header, sealHash, transactionId } from "#model";
import { builtInSpec, type ChainSpec, chainIdOf, parseChainSpec, specToJson } from "#spec";
import { devAccount } from "#wallet/core";
import { holder, type Mine } from "../../support/sample-chain.ts";

/** Any hash will do, the subsidy is less than an account costs and soon over, and a credit matures in the next block. */
export const oddSpec: ChainSpec = unwrap(
  parseChainSpec({
    ...(specToJson(builtInSpec("dev")) as object),
    name: "odd",
    engine: { kind: "pow", limitBits: 0x207fffff, spacingMs: 1000, halfLifeS: 7 },
    time: { maxAheadMs: 10_000, medianOf: 3 },
    limits: { maxBlockBytes: 32_768, maxBlockTransactions: 4 },
    fees: {
      minFeePerByteAtoms: "1",
      recordBurnPerByteAtoms: "3",
      newAccountBurnAtoms: "10000",
      minOutputAtoms: "5",
    },
    rewards: { subsidyAtoms: "9001", halvingBlocks: 4, maturityBlocks: 1 },
  }),
);

/** Rewards that make accounts, that are too small for it, and that go to accounts that exist; blocks at odd times. */
export async function mineOdd(mine: Mine, count: number): Promise<void> {
  const known = devAccount(1);
  const waits = [1, 3_000, 300, 1_000, 12_000, 999];
  for (let round = 0; round < count; round++) {
    const reward = round % 5 === 4 ? known : holder(`odd ${round}`);
    const outputs = Array.from({ length: 1 + 60 * (round % 3) }, () => ({ to: known.address, amountAtoms: 5n }));
    const transactions = round % 4 === 3 ? [] : [mine.transfer(known, outputs)];
    if (round % 6 === 2) transactions.push(mine.record(devAccount(2), new Uint8Array(11_000)));
    await mine.mine(transactions, reward, waits[round % waits.length]!);
  }
}

function unwrap<T>(result: Result<T, unknown>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

export type Change = (block: Block) => { readonly header?: Partial<Header>; readonly body?: Block["body"] };

/** The lines with their last block changed and then made to hold: body root (unless the change gives one), work, ids. */
export function forge(lines: readonly string[], spec: ChainSpec, change: Change): string[] {
  const chainId = chainIdOf(spec);
  const engine = engineFor(spec, chainId);
  const { block: hex, height } = JSON.parse(lines.at(-1)!) as { block: string; height: number };
  const block = unwrap(decodeBlock(fromHex(hex)!, spec.limits.maxBlockBytes));
  const changed = change(block);
  const body = changed.body ?? block.body;
  const ids = body.transactions.map((bytes) => transactionId(chainId, bytes));
  const bodyRoot = computeBodyRoot(ids, body.votes);
  const unsealed = { ...block.header, bodyRoot, ...changed.header };
  const bits = new DataView(unsealed.claim.buffer, unsealed.claim.byteOffset).getUint32(0, true);
  const job = engine.sealJob(unsealed, sealHash(chainId, unsealed), { bits });
  if (job.kind !== "search") throw new Error("a chain of work was expected");
  const nonce = searchNonce(job, { from: 0, count: 2 ** 32 });
  const header = { ...unsealed, seal: job.seal(nonce!) };
  const parsed = unwrap(engine.parse(header));
  if (equalBytes(parsed.id, unwrap(engine.parse(block.header)).id)) throw new Error("nothing was changed");
  const id = toHex(parsed.id);
  const first = { ...JSON.parse(lines[0]!), head: { height, id } };
  const last = { height, id, block: toHex(encodeBlock({ header, body })) };
  return [JSON.stringify(first), ...lines.slice(1, -1), JSON.stringify(last)];
}
