/** The numbers that stand in docs/spec, reckoned by the verifier. */
import { createPrivateKey, createPublicKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { repositoryRoot } from "../support/root.ts";
import { readAddress } from "./bech32m.ts";
import { computeBodyRoot, readBlock, sealHashOf } from "./block.ts";
import { ascii, sha256, u32, u64, ZERO32 } from "./bytes.ts";
import { Ledger } from "./ledger.ts";
import { addressOf } from "./signature.ts";
import { chainIdOf, readSpecification } from "./specification.ts";
import { StateTree } from "./state-tree.ts";
import { checkWork } from "./work.ts";
import { readWorkNumbers } from "./work-numbers.ts";

const page = (name: string): string => readFileSync(join(repositoryRoot, "docs/spec", `${name}.md`), "utf8");
const chain = (name: string): unknown =>
  JSON.parse(readFileSync(join(repositoryRoot, "src/spec/chains", `${name}.json`), "utf8"));
const hex = (text: string): Buffer => Buffer.from(text, "hex");

function cut(text: string, form: RegExp): string {
  const found = form.exec(text)?.[1];
  if (found === undefined) throw new Error(`the page has nothing like ${form}`);
  return found;
}

describe("chain-spec.md", () => {
  it.each(["main", "test", "dev", "pos-test", "pos-dev"])("has the id of %s", (name) => {
    const json = chain(name);
    readSpecification(json);
    expect(page("chain-spec")).toMatch(new RegExp(`^${name} +${chainIdOf(json).toString("hex")}$`, "m"));
  });

  it("says how the dev accounts come about", () => {
    const spec = readSpecification(chain("dev"));
    for (const [n, { address }] of spec.accounts.entries())
      expect(addressOf(keyOf(sha256(ascii("agon/dev-account/v1"), ascii(`dev-${n}`))))).toEqual(address);
    expect(spec.accounts).toHaveLength(10);
  });

  it("says how the dev validators come about", () => {
    const { engine } = readSpecification(chain("pos-dev"));
    if (engine.kind !== "pos") throw new Error("a chain of stake is wanted");
    for (const [n, { owner, key, tip }] of engine.validators.entries()) {
      const name = ascii(`validator-${n}`);
      const secret = sha256(ascii("agon/dev-validator/v1"), name);
      expect(addressOf(keyOf(sha256(ascii("agon/dev-account/v1"), name)))).toEqual(owner);
      expect(keyOf(secret)).toEqual(key);
      let layer = sha256(ascii("agon/onion-seed/v1"), secret, u32(0));
      for (let i = 0; i < 65_536; i++) layer = sha256(ascii("agon/onion/v1"), layer);
      expect(layer).toEqual(tip);
    }
    expect(engine.validators).toHaveLength(3);
  });
});

/** The public key of an Ed25519 seed. */
function keyOf(seed: Buffer): Buffer {
  // What comes before the 32 bytes of a seed in PKCS #8 (RFC 8410).
  const pkcs8 = hex("302e020100300506032b657004220420");
  const der = Buffer.concat([pkcs8, seed]);
  const publicKey = createPublicKey(createPrivateKey({ key: der, format: "der", type: "pkcs8" }));
  return publicKey.export({ format: "der", type: "spki" }).subarray(-32);
}

describe("blocks.md", () => {
  it("has the root of an empty body", () => {
    expect(page("blocks")).toContain(`\`${computeBodyRoot([], []).toString("hex")}\``);
  });
});

describe("work.md", () => {
  it("has an example whose id follows from its header", () => {
    const value = (name: string): string => cut(page("work"), new RegExp(`^${name} +([0-9a-f]+)$`, "m"));
    const header = hex(value("header"));
    const body = hex("0800000008000000");
    const { header: read } = readBlock(Buffer.concat([u32(8), u32(8 + header.length), header, body]));
    const sealHash = sealHashOf(read, chainIdOf(chain("dev")));
    expect(sealHash.toString("hex")).toBe(value("sealHash"));
    const work = readWorkNumbers((chain("dev") as { engine: unknown }).engine);
    expect(checkWork(read, sealHash, work).id.toString("hex")).toBe(value("id"));
    const [first] = readSpecification(chain("dev")).accounts;
    expect(read.proposer).toEqual(first!.address);
  });
});

describe("state.md", () => {
  const [a, b, c] = [0x11, 0x22, 0x33].map((byte) => Buffer.alloc(20, byte)) as [Buffer, Buffer, Buffer];
  const spec = {
    ...readSpecification(chain("dev")),
    accounts: [
      { address: a, balance: 1_000_000n },
      { address: b, balance: 50_000n },
    ],
  };
  const text = page("state");

  it("has the leaf hashes of its example", () => {
    const leaf = (table: "account" | "supply", key: Buffer, first: bigint, second: bigint): string => {
      const tree = new StateTree();
      tree.set(table, key, Buffer.concat([u64(first), u64(second)]));
      return tree.root().toString("hex");
    };
    const stated = [...text.matchAll(/^\| `(?:account|supply)`[^|]*\| `[0-9a-f]{64}` \| `([0-9a-f]{64})` \|$/gm)];
    expect(stated.map((match) => match[1])).toEqual([
      leaf("account", a, 0n, 1_000_000n),
      leaf("account", b, 0n, 50_000n),
      leaf("supply", Buffer.alloc(0), 1_050_000n, 0n),
    ]);
  });

  it("has the roots before and after its block", () => {
    const ledger = new Ledger(spec, ZERO32);
    expect(ledger.root().toString("hex")).toBe(cut(text, /0\)\)`:\s+`([0-9a-f]{64})`/));
    const payload = Buffer.concat([b, u64(3_000n), c, u64(2_000n)]);
    const transfer = { size: 174, id: a, kind: 1, key: ZERO32, sender: a, nonce: 0n, fee: 2_000n, payload };
    const credits = (fees: bigint) => [
      { to: b, atoms: 5_000n, reason: 1 },
      { to: b, atoms: fees, reason: 2 },
    ];
    ledger.apply(1n, [transfer], credits, null);
    expect(ledger.root().toString("hex")).toBe(cut(text, /The\s+root\s+is\s+`([0-9a-f]{64})`/));
    expect(ledger.supply).toBe(1_045_000n);
  });
});

describe("addresses", () => {
  it("are read as docs/spec says", () => {
    const address = "tagon1464xthqhkx4nfas0cl3vc9tsycemullds0kg3a";
    expect(readAddress(address, "tagon")).toHaveLength(20);
    for (const wrong of [address.toUpperCase(), `${address.slice(0, -1)}q`, address.replace("1", "11"), "tagon1"])
      expect(() => readAddress(wrong, "tagon")).toThrow();
    expect(() => readAddress(address, "agon")).toThrow();
  });
});
