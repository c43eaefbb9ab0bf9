import { beforeEach, describe, expect, it } from "vitest";
import type { WorkTemplate } from "#api";
import { concatBytes, readUint, seededRandom, toHex } from "#base";
import { createPartsJob, encodeSeal, searchNonce } from "#consensus";
import { sha256d } from "#crypto";
import { decodeBlock, encodeBlock } from "#model";
import { buildTransfer, devAccount } from "#wallet/core";
import { easyChainId, forgeBlock, minerOf, openTestChain, type TestChain } from "../../test/support/forge.ts";
import { createWorkTemplates } from "./work-templates.ts";

let world: TestChain;
let obstacle: string | null;
let work: ReturnType<typeof createWorkTemplates>;
beforeEach(async () => {
  world = await openTestChain();
  obstacle = null;
  const { chain, clock } = world;
  const pay = buildTransfer({
    chainId: easyChainId,
    seed: devAccount(1).seed,
    nonce: 0,
    outputs: [{ to: devAccount(2).address, amountAtoms: 5_000n }],
  });
  const me = { key: devAccount(0).key, reveal: () => null };
  const core = {
    chain,
    disk: { guard: (promise: Promise<unknown>) => promise } as never,
    obstacle: () => obstacle,
    draft: (address: ReturnType<typeof minerOf>) => chain.draft({ me, address }, [pay]),
  };
  work = createWorkTemplates({ core, chainId: easyChainId, clock, random: seededRandom(1) });
});

/** As a miner does who knows nothing but the template. */
function solve({ parts, work: { bits, target } }: WorkTemplate, salt: number): Uint8Array {
  const extranonce = new Uint8Array(parts.extranonceBytes).fill(salt);
  const job = createPartsJob({ ...parts, bits }, () => extranonce);
  const nonce = searchNonce(job, { from: 0, count: 2 ** 20 })!;
  expect(readUint(sha256d(concatBytes(parts.coinbaseHead, extranonce, parts.coinbaseTail)), 0, 32)).toBe(
    readUint(job.preimage, 36, 32),
  );
  expect(target).toBe(job.target);
  return job.seal(nonce);
}

describe("work for miners outside the node", () => {
  it("is searched with any extranonce, and the block is on the chain", async () => {
    const template = work.template(minerOf(7))!;
    expect(template).toMatchObject({ height: 1, transactionCount: 1 });
    expect(template.feesAtoms).toBeGreaterThan(0n);
    expect(template.rewardAtoms).toBe(template.feesAtoms + world.chain.spec.rewards.subsidyAtoms);
    const seal = solve(template, 9);
    const outcome = await work.seal(template.id, seal);
    expect(outcome).toMatchObject({ kind: "imported", block: { height: 1, id: world.chain.head.id } });
    expect(toHex(world.chain.head.header.proposer)).toBe(toHex(minerOf(7)));
    expect(world.chain.head.transactionCount).toBe(1);
    expect(await work.seal(template.id, seal)).toMatchObject({ kind: "known" });
  });

  it("of a stale template makes a block beside the chain; far behind the head nothing is known of it", async () => {
    const template = work.template(minerOf(7))!;
    await world.give(forgeBlock(world.chain));
    expect(await work.seal(template.id, solve(template, 1))).toMatchObject({ kind: "stored" });
    await world.mine(1);
    work.template(minerOf(7));
    expect(await work.seal(template.id, solve(template, 2))).toEqual({ kind: "unknown" });
  });

  it("that it knows no longer is taken with its block, and judged like anybody's", async () => {
    const template = work.template(minerOf(7))!;
    const block = work.block(template.id)!;
    const seal = solve(template, 3);
    expect(work.block("00")).toBeNull();
    expect(await work.seal("00", seal)).toEqual({ kind: "unknown" });
    const paid = decodeBlock(block, world.chain.spec.limits.maxBlockBytes);
    if (!paid.ok) throw new Error(paid.error.code);
    const { header, body } = paid.value;
    const otherwise = encodeBlock({ header: { ...header, proposer: minerOf(8) }, body });
    for (const wrong of [block.subarray(1), otherwise])
      expect(await work.seal("00", seal, wrong)).toMatchObject({ kind: "refused" });
    expect(await work.seal("00", seal, block)).toMatchObject({ kind: "imported", block: { height: 1 } });
    expect(toHex(world.chain.head.header.proposer)).toBe(toHex(minerOf(7)));
    expect(await work.seal(template.id, seal)).toMatchObject({ kind: "known" });
  });

  it("refuses too little work, wrong versions and times, and what is no seal", async () => {
    const template = work.template(minerOf(7))!;
    const { version, minTimeS, maxTimeS } = template.parts;
    const code = async (seal: Uint8Array): Promise<string> => {
      const outcome = await work.seal(template.id, seal);
      return outcome.kind === "refused" ? outcome.fault.code : outcome.kind;
    };
    const codes = async (change: { version?: number; timeS?: number }): Promise<Set<string>> => {
      const found = new Set<string>();
      for (let nonce = 0; nonce < 16; nonce++) {
        const seal = { version, timeS: minTimeS, nonce, extranonce: new Uint8Array(16), ...change };
        found.add(await code(encodeSeal(seal)));
      }
      return found;
    };
    expect(await codes({ version: version | 1 })).toEqual(new Set(["pow-hash", "pow-version"]));
    expect(await codes({ timeS: maxTimeS + 1 })).toEqual(new Set(["pow-hash", "pow-time"]));
    expect(await codes({ timeS: minTimeS - 1 })).toEqual(new Set(["pow-hash", "pow-time"]));
    expect(await code(new Uint8Array(27))).toBe("pow-seal-malformed");
    expect(world.chain.head.header.height).toBe(0);
    expect(await codes({ version: version | 0x2000, timeS: maxTimeS })).toContain("imported");
  });

  it("ends with the template's time, and is not made while nothing may be produced", async () => {
    const template = work.template(minerOf(7))!;
    const seal = solve(template, 1);
    world.clock.runTo(template.expiresMs + 1);
    expect(await work.seal(template.id, seal)).toEqual({ kind: "expired" });
    expect(await work.seal("0".repeat(32), seal)).toEqual({ kind: "unknown" });
    obstacle = "the node is read-only";
    expect(() => work.template(minerOf(7))).toThrow("the node is read-only");
  });

  it("keeps the last 256 templates", async () => {
    const first = work.template(minerOf(7))!;
    const second = work.template(minerOf(7))!;
    for (let i = 0; i < 255; i++) work.template(minerOf(8));
    expect(await work.seal(first.id, new Uint8Array(28))).toEqual({ kind: "unknown" });
    expect(await work.seal(second.id, new Uint8Array(28))).toMatchObject({ kind: "refused" });
  });
});
