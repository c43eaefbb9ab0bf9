/** Blocks are earned by being drawn: one leader for each slot, votes that justify and finalise (rules STAKE-4 to STAKE-19). */
import { type Fault, type Hash, ok, type Result } from "#base";
import { epochTableHash, type Header } from "#model";
import type { Engine, TableSource } from "../engine.ts";
import { advanceSnapshot } from "./advance.ts";
import { checkBlockOnParent } from "./check-on-parent.ts";
import {
  checkSignature,
  encodeClaim,
  genesisClaim,
  type LotteryBlock,
  type LotteryClaim,
  type LotterySeal,
  parseHeader,
} from "./claim-seal.ts";
import { createLotteryView } from "./lottery-view.ts";
import { ordersFor } from "./orders.ts";
import { compareSnapshots, isPlausible, isPromising } from "./preference.ts";
import type { LotteryRules } from "./rules.ts";
import { createSealJob } from "./seal-job.ts";
import { genesisSnapshot, type LotteryData } from "./snapshot.ts";
import { decodeSnapshot, encodeSnapshot } from "./snapshot-codec.ts";
import { turnOn } from "./turn.ts";
import { createVoting } from "./voting.ts";
import { createWorld, presumeTable } from "./world.ts";

export type LotteryEngine = Engine<LotteryClaim, LotterySeal, LotteryData>;

export function createLotteryEngine(rules: LotteryRules, chainId: Hash, source: TableSource): LotteryEngine {
  const world = createWorld(rules, chainId, source);
  const firstTable = epochTableHash(rules.genesisTable);
  /** Each step of an import parses, and some check the seal again; nobody changes a header. */
  const parsed = new WeakMap<Header, LotteryBlock>();
  const sealed = new WeakMap<LotteryBlock, Result<void, Fault>>();
  return {
    name: rules.name,
    voting: createVoting(world),
    lottery: createLotteryView(world),
    parse(header) {
      const known = parsed.get(header);
      if (known !== undefined) return ok(known);
      const result = parseHeader(chainId, header);
      if (result.ok) parsed.set(header, result.value);
      return result;
    },
    checkSeal(block) {
      const verdict = sealed.get(block) ?? checkSignature(block);
      sealed.set(block, verdict);
      return verdict;
    },
    checkOnParent: (block, parent, nowMs) => checkBlockOnParent(world, block, parent, nowMs),
    presume: (parent) => presumeTable(world.tables, parent),
    turn: (parent, me, nowMs) => turnOn(world, parent, me, nowMs),
    encodeClaim,
    sealJob: (draft, hash, claim) => createSealJob(world.slots.slotAt(draft.timeMs), hash, claim),
    genesisClaim,
    genesis: (id) => genesisSnapshot(chainId, id, rules.genesisMs, firstTable),
    orders: (draft, parent) => ordersFor(world, draft, parent),
    rewards: (draft, _parent, feesAtoms) => rules.rewards(draft, feesAtoms),
    advance: (parent, block, body, outcomes) => advanceSnapshot(world, parent, block, body?.votes ?? [], outcomes),
    encodeSnapshot,
    decodeSnapshot,
    compare: compareSnapshots,
    promising: isPromising,
    plausible: (block, head) => isPlausible(world.tables, block, head),
    describe: () => null,
  };
}
