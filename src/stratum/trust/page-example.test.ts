/** The example of docs/spec/pool-accounting.md is what the code makes of it. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { asHash, fromHex, toHex } from "#base";
import { ed25519PublicKey } from "#crypto";
import { checkThresholdOrder } from "#model";
import { decodeReceipt, isReceiptSigned, signReceipt } from "./receipt.ts";
import { divideReward, mergeWork, type Terms } from "./schemes.ts";
import { createLogTree, isIncluded, leafHash } from "./share-log.ts";
import { decodeShareRecord } from "./share-record.ts";
import { checkShareWork } from "./share-work.ts";
import { creditsRoot, signStatement } from "./statement.ts";
import { decodeTakenThreshold, encodeTakenThreshold, isThresholdTaken, takeThreshold } from "./taken-threshold.ts";
import { decodeSignedTreeHead, isTreeHeadSigned } from "./tree-head.ts";

const page = readFileSync(new URL("../../../docs/spec/pool-accounting.md", import.meta.url), "utf8");
const hex = (name: string): string => new RegExp(`^${name} +([0-9a-f]+)$`, "m").exec(page)![1]!;
const bytes = (name: string): Uint8Array => fromHex(hex(name))!;

test("the page's records, receipt, log, head and statement", () => {
  const chainId = asHash(bytes("chainId"));
  const seed = bytes("seed");
  const poolKey = ed25519PublicKey(seed);
  expect(toHex(poolKey)).toBe(hex("poolKey"));

  const recordBytes = ["record0", "record1", "record2"].map(bytes);
  const records = recordBytes.map((record) => decodeShareRecord(record)!);
  expect(records.map(({ work, worker }) => [work, worker])).toEqual([
    [64n, "rig1"],
    [128n, "rig2"],
    [64n, "rig1"],
  ]);
  for (const record of records) expect(checkShareWork(record)).toBeNull();

  const receipt = decodeReceipt(fromHex(hex("receipt0") + hex("record0"))!)!;
  expect(isReceiptSigned(chainId, receipt, poolKey)).toBe(true);
  expect(toHex(signReceipt(chainId, recordBytes[0]!, seed))).toBe(hex("receipt0") + hex("record0"));

  const leaves = recordBytes.map(leafHash);
  expect(toHex(leaves[0]!)).toBe(hex("leaf0"));
  const root = createLogTree(leaves).root(3);
  expect(toHex(root)).toBe(hex("root"));
  const path = bytes("path1");
  expect(isIncluded(root, 3, 1, leaves[1]!, [path.subarray(0, 32), path.subarray(32)])).toBe(true);

  const head = decodeSignedTreeHead(bytes("head"))!;
  expect(head).toMatchObject({ round: 1, size: 3, final: true, root, timeMs: 1_800_000_000_010 });
  expect(isTreeHeadSigned(chainId, head, poolKey)).toBe(true);

  const { order, taken } = decodeTakenThreshold(bytes("threshold"))!;
  expect(order).toMatchObject({ thresholdAtoms: 1_250_000_000n, timeMs: 1_800_000_000_020, poolKey });
  expect(order.key).toEqual(ed25519PublicKey(new Uint8Array(32).fill(8)));
  expect(checkThresholdOrder(chainId, order)).toEqual({ ok: true });
  expect(isThresholdTaken(chainId, { order, taken }, poolKey)).toBe(true);
  expect(toHex(encodeTakenThreshold(takeThreshold(chainId, order, seed)))).toBe(hex("threshold"));

  const terms: Terms = { scheme: "prop", feePpm: 10_000, windowBlocks: 2 };
  const rewardAtoms = 5_000_000_001n;
  const works = { round: mergeWork(records), window: [], finder: records[2]!.address };
  const { credits, poolAtoms } = divideReward(terms, rewardAtoms, works);
  expect(credits.map(({ amountAtoms }) => amountAtoms)).toEqual([2_475_000_001n, 2_475_000_000n]);
  expect(toHex(creditsRoot(credits))).toBe(hex("credits"));
  const block = asHash(new Uint8Array(32).fill(0x22));
  const statement = { poolKey, round: 1, terms, block, height: 5, rewardAtoms, poolAtoms, credits };
  expect(toHex(signStatement(chainId, statement, seed).signature)).toBe(hex("statement"));
});
