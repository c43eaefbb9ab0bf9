import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { asHash, asKey, type Fault, fromHex, type Key, type Result, toHex } from "#base";
import { taggedHash } from "#crypto";
import { repositoryRoot } from "../../../test/support/root.ts";
import { tempDir } from "../../../test/support/temp.ts";
import { decodeInterchange, encodeInterchange } from "./interchange.ts";
import type { SigningClaim } from "./protection.ts";
import { openSigningGuard, type SigningGuard } from "./signing-guard.ts";

const folder = join(repositoryRoot, "test", "vectors", "slashing-protection");
/** Vectors that say nothing about the minimal rule, each with the reason. */
const NOT_APPLICABLE: Readonly<Record<string, string>> = {};

interface Attempt {
  readonly pubkey: string;
  readonly should_succeed: boolean;
}
interface Vector {
  readonly name: string;
  readonly genesis_validators_root: string;
  readonly steps: readonly {
    readonly should_succeed: boolean;
    readonly interchange: { readonly data: readonly { readonly pubkey: string }[] };
    readonly blocks: readonly (Attempt & { readonly slot: string })[];
    readonly attestations: readonly (Attempt & { readonly source_epoch: string; readonly target_epoch: string })[];
  }[];
}

const files = readdirSync(folder).filter((name) => name.endsWith(".json"));
const chainId = asHash(new Uint8Array(32).fill(6));
const codeOf = (result: Result<unknown, Fault>): string => (result.ok ? "ok" : result.error.code);

/** The vectors' keys have 48 bytes; any mapping that keeps them apart will do. */
function keyOf(pubkey: string): Key {
  return asKey(taggedHash("test/bls-key", fromHex(pubkey.slice(2))!));
}

async function attempt(guard: SigningGuard, { pubkey }: Attempt, claim: SigningClaim): Promise<boolean> {
  const key = keyOf(pubkey);
  if (guard.protectionOf(key) === null) await guard.register(key);
  const job = { message: asHash(new Uint8Array(32)), key, guard: claim, seal: (signature: Uint8Array) => signature };
  return (await guard.sign(job, new Uint8Array(32))).ok;
}

describe("EIP-3076's vectors", () => {
  test("are all there, and each is run or listed", () => {
    expect(files.length).toBe(38);
    expect(Object.keys(NOT_APPLICABLE).filter((name) => !files.includes(name))).toEqual([]);
  });

  test.each(files.filter((name) => !(name in NOT_APPLICABLE)))("%s", async (name) => {
    const vector = JSON.parse(readFileSync(join(folder, name), "utf8")) as Vector;
    const root = asHash(fromHex(vector.genesis_validators_root.slice(2))!);
    const guard = await openSigningGuard({ folder: tempDir(), chainId: root });
    try {
      for (const { interchange, should_succeed, blocks, attestations } of vector.steps) {
        const data = interchange.data.map((entry) => ({ ...entry, pubkey: `0x${toHex(keyOf(entry.pubkey))}` }));
        const decoded = decodeInterchange(JSON.stringify({ ...interchange, data }), root);
        expect(decoded.ok).toBe(should_succeed);
        if (decoded.ok) await guard.raise(decoded.value);
        for (const block of blocks) {
          const signed = await attempt(guard, block, { domain: "block", slot: Number(block.slot) });
          expect(signed, `slot ${block.slot}`).toBe(block.should_succeed);
        }
        for (const vote of attestations) {
          const [source, target] = [Number(vote.source_epoch), Number(vote.target_epoch)];
          const signed = await attempt(guard, vote, { domain: "vote", source, target });
          expect(signed, `vote ${source} to ${target}`).toBe(vote.should_succeed);
        }
      }
    } finally {
      await guard.close();
    }
  });
});

describe("the interchange", () => {
  const one = {
    key: asKey(new Uint8Array(32).fill(1)),
    protection: { lastBlockSlot: 12, lastVoteSource: 3, lastVoteTarget: 5 },
  };
  const two = {
    key: asKey(new Uint8Array(32).fill(2)),
    protection: { lastBlockSlot: null, lastVoteSource: null, lastVoteTarget: null },
  };

  test("goes out whole and comes in again", () => {
    const text = encodeInterchange(chainId, [one, two]);
    expect(JSON.parse(text)).toEqual({
      metadata: { interchange_format_version: "5", genesis_validators_root: `0x${"06".repeat(32)}` },
      data: [
        {
          pubkey: `0x${"01".repeat(32)}`,
          signed_blocks: [{ slot: "12" }],
          signed_attestations: [{ source_epoch: "3", target_epoch: "5" }],
        },
        { pubkey: `0x${"02".repeat(32)}`, signed_blocks: [], signed_attestations: [] },
      ],
    });
    expect(decodeInterchange(text, chainId)).toEqual({ ok: true, value: [one, two] });
  });

  test("of another chain is refused", () => {
    const other = asHash(new Uint8Array(32).fill(7));
    expect(codeOf(decodeInterchange(encodeInterchange(chainId, [one]), other))).toBe("interchange-other-chain");
  });

  test("that is too large is not read", () => {
    expect(codeOf(decodeInterchange(" ".repeat(64 * 1024 * 1024 + 1), chainId))).toBe("interchange-too-large");
  });

  type Document = {
    metadata: Record<string, unknown>;
    data: { pubkey: unknown; signed_blocks: unknown; signed_attestations: unknown }[];
  };
  test.each<[string, (document: Document) => unknown]>([
    ["no object", () => []],
    ["null", () => null],
    ["another version", (document) => Object.assign(document.metadata, { interchange_format_version: "4" })],
    ["no version", (document) => delete document.metadata.interchange_format_version],
    ["a short root", (document) => Object.assign(document.metadata, { genesis_validators_root: "0x00" })],
    ["data that is no list", (document) => ({ ...document, data: {} })],
    ["a key of 48 bytes", (document) => Object.assign(document.data[0]!, { pubkey: `0x${"01".repeat(48)}` })],
    ["a key without 0x", (document) => Object.assign(document.data[0]!, { pubkey: "01".repeat(32) })],
    ["no blocks", (document) => delete document.data[0]!.signed_blocks],
    ["a slot that is a number", (document) => Object.assign(document.data[0]!, { signed_blocks: [{ slot: 12 }] })],
    ["a negative slot", (document) => Object.assign(document.data[0]!, { signed_blocks: [{ slot: "-1" }] })],
    ["a slot in hex", (document) => Object.assign(document.data[0]!, { signed_blocks: [{ slot: "0x12" }] })],
    [
      "a slot past 2^53",
      (document) => Object.assign(document.data[0]!, { signed_blocks: [{ slot: "9007199254740992" }] }),
    ],
    [
      "a vote without target",
      (document) => Object.assign(document.data[0]!, { signed_attestations: [{ source_epoch: "1" }] }),
    ],
    ["a vote that is null", (document) => Object.assign(document.data[0]!, { signed_attestations: [null] })],
  ])("%s is malformed", (_, change) => {
    const document = JSON.parse(encodeInterchange(chainId, [one])) as Document;
    const changed = change(document);
    const text = JSON.stringify(
      Array.isArray(changed) || changed === null || (changed instanceof Object && "data" in changed)
        ? changed
        : document,
    );
    expect(codeOf(decodeInterchange(text, chainId))).toBe("interchange-malformed");
  });

  test("that is no JSON is malformed", () => {
    expect(codeOf(decodeInterchange("{", chainId))).toBe("interchange-malformed");
  });
});
