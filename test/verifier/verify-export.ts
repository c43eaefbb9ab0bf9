/** Checks an export (docs/spec/export.md) from genesis on, with nothing but what docs/spec says. */
import { type Block, computeBodyRoot, genesisHeader, readBlock, sealHashOf } from "./block.ts";
import { creditsOf } from "./credit.ts";
import type { Engine, EngineSummary } from "./engine.ts";
import { Ledger } from "./ledger.ts";
import { readHex, readLines, readMembers, readObject } from "./lines.ts";
import { check, Refusal } from "./refusal.ts";
import { chainIdOf, readSpecification, type Specification } from "./specification.ts";
import { StakeEngine } from "./stake/engine.ts";
import { checkSignature, readTransaction, type Transaction } from "./transaction.ts";
import { WorkEngine } from "./work-engine.ts";

export interface Summary extends EngineSummary {
  readonly chainId: string;
  readonly height: number;
  readonly head: string;
  readonly stateRoot: string;
  readonly transactions: number;
  readonly accounts: number;
  readonly supplyAtoms: bigint;
}

/** @throws Refusal for the first thing that is wrong */
export async function verifyExport(path: string): Promise<Summary> {
  let chain: ChainCheck | null = null;
  let number = 1;
  try {
    for await (const line of readLines(path)) {
      if (chain === null) chain = new ChainCheck(line);
      else chain.add(line);
      number++;
    }
    if (chain === null) throw new Refusal("BLOCK-13", "the file is empty");
    return chain.finish();
  } catch (error) {
    if (error instanceof Refusal) error.place = `line ${number}`;
    throw error;
  }
}

class ChainCheck {
  readonly #spec: Specification;
  readonly #chainId: Buffer;
  readonly #ledger: Ledger;
  readonly #engine: Engine;
  readonly #head: { readonly height: unknown; readonly id: Buffer };
  #height = 0n;
  #id: Buffer;
  #transactions = 0;

  constructor(line: string) {
    const first = readObject(line, ["format", "spec", "chainId", "genesis", "head"]);
    check(first.format === "agon-chain/1", "BLOCK-13", `the format is ${JSON.stringify(first.format)}`);
    this.#spec = readSpecification(first.spec);
    this.#chainId = chainIdOf(first.spec);
    check(readHex(first.chainId, 32).equals(this.#chainId), "SPEC-2", "the chain id is another");
    this.#ledger = new Ledger(this.#spec, this.#chainId);
    this.#engine = engineOf(this.#spec, this.#chainId);
    const header = genesisHeader(this.#spec.genesisMs, this.#ledger.root(), this.#engine.genesisClaim);
    this.#id = sealHashOf(header, this.#chainId);
    check(readHex(first.genesis, 32).equals(this.#id), "BLOCK-12", "the genesis id is another");
    this.#engine.begin(this.#id);
    const { height, id: headId } = readMembers(first.head, ["height", "id"]);
    this.#head = { height, id: readHex(headId, 32) };
  }

  add(line: string): void {
    const { height, id: givenId, block: hex } = readObject(line, ["height", "id", "block"]);
    check(height === Number(this.#height) + 1, "BLOCK-13", `height ${JSON.stringify(height)} does not follow`);
    const block = readBlock(readHex(hex));
    const { header } = block;
    const engine = this.#engine;
    check(header.height >= 1n, "BLOCK-9", "a block of height 0");
    const id = engine.checkAlone(header, sealHashOf(header, this.#chainId));
    check(readHex(givenId, 32).equals(id), "BLOCK-13", "the id of the line is another");
    engine.checkOnParent(header);
    const transactions = this.#checkBody(block);
    const credits = (fees: bigint) => creditsOf(header.height, header.proposer, fees, this.#spec);
    const table = this.#ledger.apply(header.height, transactions, credits, engine.orders(header));
    check(this.#ledger.root().equals(header.stateRoot), "STATE-5", "executing the block gives another state root");
    engine.append(header, id, table);
    this.#height = header.height;
    this.#id = id;
    this.#transactions += transactions.length;
  }

  #checkBody({ header, body, transactions, votes }: Block): Transaction[] {
    const { maxBlockBytes, maxBlockTransactions } = this.#spec;
    check(body.length <= maxBlockBytes, "BLOCK-10", `a body of ${body.length} bytes`);
    check(transactions.length <= maxBlockTransactions, "BLOCK-10", `${transactions.length} transactions`);
    const read = transactions.map((bytes) => readTransaction(bytes, this.#chainId));
    const ids = read.map(({ id }) => id);
    check(computeBodyRoot(ids, votes).equals(header.bodyRoot), "BLOCK-11", "the body has another root");
    for (const bytes of transactions) checkSignature(bytes, this.#chainId);
    this.#engine.checkVotes(votes);
    return read;
  }

  finish(): Summary {
    const isHead = this.#head.height === Number(this.#height) && this.#head.id.equals(this.#id);
    check(isHead, "BLOCK-13", `the chain ends at height ${this.#height}, not at the head of the first line`);
    return {
      chainId: this.#chainId.toString("hex"),
      height: Number(this.#height),
      head: this.#id.toString("hex"),
      stateRoot: this.#ledger.root().toString("hex"),
      transactions: this.#transactions,
      accounts: this.#ledger.accountCount,
      supplyAtoms: this.#ledger.supply,
      ...this.#engine.summary(),
    };
  }
}

function engineOf(spec: Specification, chainId: Buffer): Engine {
  const { engine, genesisMs } = spec;
  if (engine.kind === "pos") return new StakeEngine(engine, genesisMs, chainId);
  return new WorkEngine({ ...spec, engine });
}
