/** Checks an export (docs/spec/export.md) from genesis on, with nothing but what docs/spec says. */
import { type Block, computeBodyRoot, genesisHeader, readBlock, sealHashOf } from "./block.ts";
import { u32 } from "./bytes.ts";
import { Ledger } from "./ledger.ts";
import { readHex, readLines, readMembers, readObject } from "./lines.ts";
import { check, Refusal } from "./refusal.ts";
import { chainIdOf, readSpecification, type Specification } from "./specification.ts";
import { checkSignature, readTransaction, type Transaction } from "./transaction.ts";
import { checkOnParent, checkWork, creditsOf, type Link, workOf } from "./work.ts";

export interface Summary {
  readonly chainId: string;
  readonly height: number;
  readonly head: string;
  readonly stateRoot: string;
  readonly transactions: number;
  readonly accounts: number;
  readonly supplyAtoms: bigint;
  readonly work: bigint;
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
  readonly #links: Link[];
  readonly #head: { readonly height: unknown; readonly id: Buffer };
  #transactions = 0;
  #work = 0n;

  constructor(line: string) {
    const first = readObject(line, ["format", "spec", "chainId", "genesis", "head"]);
    check(first.format === "agon-chain/1", "BLOCK-13", `the format is ${JSON.stringify(first.format)}`);
    this.#spec = readSpecification(first.spec);
    this.#chainId = chainIdOf(first.spec);
    check(readHex(first.chainId, 32).equals(this.#chainId), "SPEC-2", "the chain id is another");
    this.#ledger = new Ledger(this.#spec);
    const { limitBits, genesisMs } = this.#spec;
    const header = genesisHeader(genesisMs, this.#ledger.root(), u32(limitBits));
    const id = sealHashOf(header, this.#chainId);
    check(readHex(first.genesis, 32).equals(id), "BLOCK-12", "the genesis id is another");
    this.#links = [{ id, height: 0n, timeMs: genesisMs, nBits: limitBits, anchor: 0 }];
    const { height, id: headId } = readMembers(first.head, ["height", "id"]);
    this.#head = { height, id: readHex(headId, 32) };
  }

  add(line: string): void {
    const { height, id: givenId, block: hex } = readObject(line, ["height", "id", "block"]);
    check(height === this.#links.length, "BLOCK-13", `height ${JSON.stringify(height)} does not follow`);
    const block = readBlock(readHex(hex));
    const { header } = block;
    check(header.height >= 1n, "BLOCK-9", "a block of height 0");
    const { nBits, id } = checkWork(header, sealHashOf(header, this.#chainId), this.#spec);
    check(readHex(givenId, 32).equals(id), "BLOCK-13", "the id of the line is another");
    checkOnParent(header, nBits, this.#links, this.#spec);
    const transactions = this.#checkBody(block);
    const credits = (fees: bigint) => creditsOf(header.height, header.proposer, fees, this.#spec);
    this.#ledger.apply(header.height, transactions, credits);
    check(this.#ledger.root().equals(header.stateRoot), "STATE-5", "executing the block gives another state root");
    const anchor = nBits === this.#spec.limitBits ? this.#links.length : this.#links.at(-1)!.anchor;
    this.#links.push({ id, height: header.height, timeMs: header.timeMs, nBits, anchor });
    this.#transactions += transactions.length;
    this.#work += workOf(nBits);
  }

  #checkBody({ header, body, transactions, votes }: Block): Transaction[] {
    const { maxBlockBytes, maxBlockTransactions } = this.#spec;
    check(body.length <= maxBlockBytes, "BLOCK-10", `a body of ${body.length} bytes`);
    check(transactions.length <= maxBlockTransactions, "BLOCK-10", `${transactions.length} transactions`);
    check(votes.length === 0, "BLOCK-7", "votes on a chain of work");
    const read = transactions.map((bytes) => readTransaction(bytes, this.#chainId));
    const ids = read.map(({ id }) => id);
    check(computeBodyRoot(ids, votes).equals(header.bodyRoot), "BLOCK-11", "the body has another root");
    for (const bytes of transactions) checkSignature(bytes, this.#chainId);
    return read;
  }

  finish(): Summary {
    const head = this.#links.at(-1)!;
    const isHead = this.#head.height === Number(head.height) && this.#head.id.equals(head.id);
    check(isHead, "BLOCK-13", `the chain ends at height ${head.height}, not at the head of the first line`);
    return {
      chainId: this.#chainId.toString("hex"),
      height: Number(head.height),
      head: head.id.toString("hex"),
      stateRoot: this.#ledger.root().toString("hex"),
      transactions: this.#transactions,
      accounts: this.#ledger.accountCount,
      supplyAtoms: this.#ledger.supply,
      work: this.#work,
    };
  }
}
