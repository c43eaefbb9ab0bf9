/** Blocks of stake with anything wrong, signed all the same, and the state roots that wrong rules would give them. */
import { asHash, asSignature, fromHex, type Hash } from "#base";
import { ed25519Sign } from "#crypto";
import { type Block, computeBodyRoot, type Header, sealHash, transactionId } from "#model";
import type { TestValidator } from "../../support/validators.ts";
import { genesisHeader, readBlock, sealHashOf } from "../block.ts";
import { type Credit, creditsOf } from "../credit.ts";
import { Ledger } from "../ledger.ts";
import { chainIdOf, readSpecification } from "../specification.ts";
import { StakeEngine } from "../stake/engine.ts";
import type { Orders } from "../stake/orders.ts";
import { readTransaction } from "../transaction.ts";

export interface Forgery {
  readonly header?: Partial<Header>;
  readonly body?: Partial<Block["body"]>;
  /** Instead of who is drawn. */
  readonly signer?: TestValidator;
}

/** Changes a block, and then makes body root (unless the change gives one) and seal fit. */
export function reseal(block: Block, drawn: TestValidator, chainId: Hash, forgery: Forgery): Block {
  const body = { ...block.body, ...forgery.body };
  const ids = body.transactions.map((bytes) => transactionId(chainId, bytes));
  const { key, seed } = forgery.signer ?? drawn;
  const header = { ...block.header, bodyRoot: computeBodyRoot(ids, body.votes), ...forgery.header };
  const signature = asSignature(ed25519Sign(sealHash(chainId, header), seed));
  return { header: { ...header, seal: Uint8Array.of(...key, ...signature), ...sealOf(forgery) }, body };
}

function sealOf({ header }: Forgery): Partial<Header> {
  return header?.seal === undefined ? {} : { seal: header.seal };
}

export interface OtherRules {
  orders?(orders: Orders): Orders;
  credits?(credits: readonly Credit[]): readonly Credit[];
}

/** The state root of the last block of a file, as other rules for that block would have it. */
export function rootUnder(lines: readonly string[], rules: OtherRules): Hash {
  const { spec: json } = JSON.parse(lines[0]!) as { spec: unknown };
  const spec = readSpecification(json);
  const chainId = chainIdOf(json);
  if (spec.engine.kind !== "pos") throw new Error("a chain of stake is wanted");
  const ledger = new Ledger(spec, chainId);
  const engine = new StakeEngine(spec.engine, spec.genesisMs, chainId);
  engine.begin(sealHashOf(genesisHeader(spec.genesisMs, ledger.root(), engine.genesisClaim), chainId));
  for (const [i, line] of lines.slice(1).entries()) {
    const { block: hex } = JSON.parse(line) as { block: string };
    const { header, votes, transactions } = readBlock(Buffer.from(fromHex(hex)!));
    const id = engine.checkAlone(header, sealHashOf(header, chainId));
    engine.checkOnParent(header);
    engine.checkVotes(votes);
    const other = i === lines.length - 2 ? rules : {};
    const orders = engine.orders(header);
    const read = transactions.map((bytes) => readTransaction(bytes, chainId));
    const credits = (fees: bigint): readonly Credit[] => {
      const right = creditsOf(header.height, header.proposer, fees, spec);
      return other.credits?.(right) ?? right;
    };
    engine.append(header, id, ledger.apply(header.height, read, credits, other.orders?.(orders) ?? orders));
  }
  return asHash(new Uint8Array(ledger.root()));
}
