import { beforeAll, describe, expect, test } from "vitest";
import type { AccountProof } from "#api/contract";
import { type Address, asAddress, asHash, toHex } from "#base";
import { computeGenesis, engineFor, searchNonce } from "#consensus";
import { formatAddress } from "#crypto";
import { createLedger } from "#ledger";
import { computeBodyRoot, encodeHeader, HEADER_VERSION, type Header, sealHash } from "#model";
import { builtInSpec, chainIdOf, specToJson } from "#spec";
import { devAccount } from "#wallet/core";
import { verifyAccount } from "./verify-account.ts";

const spec = builtInSpec("dev");
const chainId = chainIdOf(spec);
const engine = engineFor(spec, chainId);
const ledger = createLedger(spec);
const dev = devAccount(0).address;
const stranger = asAddress(new Uint8Array(20).fill(7));
const text = (address: Address): string => formatAddress(address, spec.addressPrefix);

/** A block with real work over the state of genesis. */
function seal(): { readonly header: Header; readonly id: string } {
  const genesis = computeGenesis({ spec, chainId, engine }, ledger.root);
  const draft = {
    height: 1,
    parent: genesis.id,
    timeMs: spec.genesis.timeMs + 2_000,
    proposer: dev,
    claim: engine.genesisClaim(),
  };
  const unsealed = {
    ...{ version: HEADER_VERSION, ...draft },
    ...{ bodyRoot: computeBodyRoot([], []), stateRoot: ledger.root },
  };
  const parsedClaim = engine.parse({ ...unsealed, seal: new Uint8Array(28) });
  if (!parsedClaim.ok) throw new Error(parsedClaim.error.code);
  const job = engine.sealJob(draft, sealHash(chainId, unsealed), parsedClaim.value.claim);
  if (job.kind !== "search") throw new Error("work is searched for");
  const nonce = searchNonce(job, { from: 0, count: 2 ** 20 });
  if (nonce === null) throw new Error("no nonce");
  const header = { ...unsealed, seal: job.seal(nonce) };
  const parsed = engine.parse(header);
  if (!parsed.ok) throw new Error(parsed.error.code);
  return { header, id: toHex(parsed.value.id) };
}

function proofOf(address: Address, block: { readonly header: Header; readonly id: string }): AccountProof {
  const { end, siblings } = ledger.prove("account", address);
  return {
    address: text(address),
    exists: end.kind === "value",
    key: toHex(address),
    path: "00".repeat(32),
    value: end.kind === "value" ? toHex(end.value) : null,
    siblings: siblings.map(toHex),
    otherLeaf: end.kind === "other" ? { path: toHex(end.path), valueHash: toHex(end.valueHash) } : null,
    stateRoot: toHex(block.header.stateRoot),
    block: { height: block.header.height, hash: block.id, header: toHex(encodeHeader(block.header)) },
  };
}

describe("what a node says of an account", () => {
  let block: { readonly header: Header; readonly id: string };
  beforeAll(() => {
    block = seal();
  });
  const verify = (address: Address, proof: AccountProof, json = specToJson(spec)) =>
    verifyAccount(text(address), proof, json, toHex(chainId));

  test("is shown down to the work, for an account that is there and one that is not", () => {
    const there = verify(dev, proofOf(dev, block));
    expect(there.steps.filter(({ ok }) => !ok)).toEqual([]);
    expect(there.account).toEqual({ nonce: 0, balanceAtoms: ledger.account(dev)?.balanceAtoms });
    const absent = verify(stranger, proofOf(stranger, block));
    expect(absent).toMatchObject({ ok: true, account: null });
  });

  test("holds for the first block too, which nobody sealed", () => {
    const genesis = computeGenesis({ spec, chainId, engine }, ledger.root);
    expect(verify(dev, proofOf(dev, { header: genesis.header, id: toHex(genesis.id) })).ok).toBe(true);
  });

  test.each<[string, (proof: AccountProof) => AccountProof]>([
    ["another balance", (proof) => ({ ...proof, value: `${proof.value?.slice(0, -2)}01` })],
    ["an account denied", (proof) => ({ ...proof, value: null, exists: false })],
    ["a sibling changed", (proof) => ({ ...proof, siblings: proof.siblings.map(() => "11".repeat(32)) })],
    ["another block's id", (proof) => ({ ...proof, block: { ...proof.block, hash: "22".repeat(32) } })],
    ["a header cut short", (proof) => ({ ...proof, block: { ...proof.block, header: proof.block.header.slice(2) } })],
  ])("is refused with %s", (_, change) => {
    const { ok, steps, account } = verify(dev, change(proofOf(dev, block)));
    expect([ok, account]).toEqual([false, null]);
    expect(steps.at(-1)?.ok).toBe(false);
  });

  test("is refused without the work", () => {
    const seals = block.header.seal.slice();
    seals[8]! ^= 1;
    const header = { ...block.header, seal: seals };
    const parsed = engine.parse(header);
    const id = parsed.ok ? toHex(parsed.value.id) : "";
    const { ok, steps } = verify(dev, proofOf(dev, { header, id }));
    expect(ok).toBe(false);
    expect(steps.at(-1)?.text).toMatch(/work it claims|not one of this chain/);
  });

  test("is refused under another chain's specification", () => {
    const other = specToJson({ ...spec, rewards: { ...spec.rewards, maturityBlocks: 6 } });
    expect(verify(dev, proofOf(dev, block), other).steps).toEqual([
      { ok: false, text: "The specification is not this chain's" },
    ]);
    expect(verifyAccount(text(dev), proofOf(dev, block), specToJson(spec), toHex(asHash(new Uint8Array(32)))).ok).toBe(
      false,
    );
  });
});
