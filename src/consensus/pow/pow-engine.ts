/** Blocks are earned by work: whoever first finds a hash below the target (rules POW-1 to POW-12). */
import { blameSender, equalBytes, err, type Fault, type Hash, ok, type Result, readUint } from "#base";
import { sha256d } from "#crypto";
import { type Credit, type Header, sealHash } from "#model";
import type { ChainSpec, WorkChainSpec } from "#spec";
import type { Draft, Engine, Parsed, Verdict } from "../engine.ts";
import { subsidyAt } from "../subsidy.ts";
import { compactToTarget, workOf } from "./compact.ts";
import {
  BASE_VERSION,
  decodeClaim,
  decodeSeal,
  encodeClaim,
  FREE_VERSION_BITS,
  type PowClaim,
  type PowSeal,
  TIME_ROLL_S,
} from "./seal.ts";
import { createSearchJob } from "./search-job.ts";
import { decodeSnapshot, encodeSnapshot, type PowData, type PowSnapshot } from "./snapshot.ts";
import { createTargetRule, secondsOf, type TargetRule, targetOf } from "./target-rule.ts";
import { computeWorkId, encodeCoinbase } from "./work-header.ts";

export type PowBlock = Parsed<PowClaim, PowSeal>;
export type PowEngine = Omit<Engine<PowClaim, PowSeal, PowData>, "describe"> & {
  /** Work can always be told. */
  describe(snapshot: PowSnapshot): { readonly difficulty: bigint; readonly target: bigint };
};

/** The coinbase has 4 bytes for the height. */
const MAX_HEIGHT = 2 ** 32 - 1;
/** How much easier than the head's a block of unknown parent may be. */
const PLAUSIBLE_FACTOR = 16n;

export function createPowEngine(spec: WorkChainSpec, chainId: Hash): PowEngine {
  const rule = createTargetRule(spec);
  /** Each step of an import parses; nobody changes a header. */
  const parsed = new WeakMap<Header, PowBlock>();
  return {
    name: "pow",
    voting: null,
    lottery: null,
    parse(header) {
      const known = parsed.get(header);
      if (known !== undefined) return ok(known);
      const result = parse(chainId, header);
      if (result.ok) parsed.set(header, result.value);
      return result;
    },
    checkSeal: (block) => checkSeal(block, rule.limit),
    checkOnParent: (block, parent, nowMs) => checkOnParent(block, parent, nowMs, rule, spec.time.maxAheadMs),
    presume: (parent) => parent,
    turn(parent, _me, nowMs) {
      const minTimeMs = rule.medianTimeMs(parent) + 1;
      const atMs = minTimeMs - spec.time.maxAheadMs;
      if (atMs > nowMs) return { kind: "later", atMs };
      const expiresMs = Math.max(nowMs, minTimeMs) + TIME_ROLL_S * 1_000;
      const maxTimeMs = Math.max(minTimeMs, nowMs);
      return { kind: "now", claim: { bits: rule.nextBits(parent) }, minTimeMs, maxTimeMs, expiresMs };
    },
    encodeClaim,
    sealJob: (draft, hash, claim) => createSearchJob(draft, hash, claim.bits),
    genesisClaim: () => encodeClaim({ bits: rule.start.bits }),
    genesis(id) {
      const checkpoint = { epoch: 0, id };
      const { timeMs } = spec.genesis;
      return { id, height: 0, timeMs, weight: 0n, justified: checkpoint, finalized: checkpoint, data: rule.start };
    },
    orders: () => null,
    rewards: (draft, _parent, feesAtoms) => computeRewards(spec, draft, feesAtoms),
    advance: (parent, block) => ({
      id: block.id,
      height: block.header.height,
      timeMs: block.header.timeMs,
      weight: parent.weight + workOf(targetOf(block.claim.bits)),
      justified: parent.justified,
      finalized: parent.finalized,
      data: rule.follow(parent, block.claim.bits, block.header.timeMs),
    }),
    encodeSnapshot,
    decodeSnapshot,
    compare: (a, b) => (a.weight === b.weight ? 0 : a.weight > b.weight ? 1 : -1),
    promising: (branch, head) => branch.weight > head.weight,
    plausible(block, head) {
      const claim = decodeClaim(block.header.claim);
      const target = claim === null ? null : compactToTarget(claim.bits);
      return target !== null && target <= PLAUSIBLE_FACTOR * targetOf(head.data.bits);
    },
    describe(snapshot) {
      const target = targetOf(rule.nextBits(snapshot));
      return { difficulty: workOf(target), target };
    },
  };
}

/** The id costs six compressions of SHA-256. */
function parse(chainId: Hash, header: Header): Result<PowBlock, Fault> {
  const claim = decodeClaim(header.claim);
  if (claim === null) return err(blameSender("pow-claim-malformed", { sizeBytes: header.claim.length }));
  const seal = decodeSeal(header.seal);
  if (seal === null) return err(blameSender("pow-seal-malformed", { sizeBytes: header.seal.length }));
  if (header.height < 1 || header.height > MAX_HEIGHT) return err(blameSender("pow-height", { height: header.height }));
  const hash = sealHash(chainId, header);
  const id = computeWorkId({
    version: seal.version,
    parent: header.parent,
    coinbaseHash: sha256d(encodeCoinbase(header.height, hash, seal.extranonce)),
    timeS: seal.timeS,
    bits: claim.bits,
    nonce: seal.nonce,
  });
  return ok({ header, id, sealHash: hash, claim, seal });
}

function checkSeal({ header, id, claim, seal }: PowBlock, limit: bigint): Result<void, Fault> {
  const target = compactToTarget(claim.bits);
  if (target === null || target > limit) return err(blameSender("pow-bits", { bits: claim.bits }));
  if (readUint(id, 0, 32) > target) return err(blameSender("pow-hash"));
  if ((seal.version & ~FREE_VERSION_BITS) >>> 0 !== BASE_VERSION)
    return err(blameSender("pow-version", { version: seal.version }));
  const aheadS = seal.timeS - secondsOf(header.timeMs);
  if (aheadS < 0 || aheadS > TIME_ROLL_S) return err(blameSender("pow-time", { aheadS }));
  return ok(undefined);
}

function checkOnParent(
  { header, claim }: PowBlock,
  parent: PowSnapshot,
  nowMs: number,
  rule: TargetRule,
  maxAheadMs: number,
): Verdict {
  if (!equalBytes(header.parent, parent.id)) return fault("header-parent");
  if (header.height !== parent.height + 1) return fault("header-height", { height: header.height });
  const expected = rule.nextBits(parent);
  if (claim.bits !== expected) return fault("pow-wrong-target", { bits: claim.bits, expected });
  const medianMs = rule.medianTimeMs(parent);
  if (header.timeMs <= medianMs) return fault("header-time", { timeMs: header.timeMs, medianMs });
  const untilMs = header.timeMs - maxAheadMs;
  return untilMs > nowMs ? { kind: "wait", why: "too-early", untilMs } : { kind: "ok" };
}

function fault(code: string, detail?: Fault["detail"]): Verdict {
  return { kind: "fault", fault: blameSender(code, detail) };
}

function computeRewards(spec: ChainSpec, draft: Draft, feesAtoms: bigint): readonly Credit[] {
  const credits: Credit[] = [
    { to: draft.proposer, amountAtoms: subsidyAt(spec.rewards, draft.height), reason: "block-reward" },
    { to: draft.proposer, amountAtoms: feesAtoms, reason: "fees" },
  ];
  return credits.filter((credit) => credit.amountAtoms > 0n);
}
