/** What every consensus engine must do, whatever earns a block. Run by each engine with a chain of its own. */
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { asAddress, asHash, asSignature, type Hash, type Random, seededRandom, toHex } from "#base";
import { computeGenesis, type Draft, type Engine, type Me, type Parsed, type SealJob, type Snapshot } from "#consensus";
import {
  type BlockOrders,
  decodeHeader,
  encodeHeader,
  HEADER_VERSION,
  type Header,
  type Outcome,
  sealHash,
  type Vote,
} from "#model";
import { type ChainSpec, chainIdOf } from "#spec";

export interface EngineHarness {
  readonly spec: ChainSpec;
  create(spec: ChainSpec, chainId: Hash): Engine;
  /** Everybody who produces and votes. */
  readonly producers: readonly Me[];
  /** Searches or signs, until there is a seal; the signature of a vote is one too. */
  solve(job: SealJob): Uint8Array;
  /** Stands for the ledger: what executing a block with these orders tells the engine. */
  execute(orders: BlockOrders | null): readonly Outcome[];
  /** Usual time between blocks. */
  readonly spacingMs: number;
  /** Lengths of the histories: smaller where blocks are dear. */
  readonly blocks: number;
  /** Fault of a block whose time is a millisecond before the earliest that is allowed. */
  readonly timeFault: string;
}

/** A block with the snapshots on both its sides. */
interface Step {
  readonly block: Parsed;
  readonly votes: readonly Vote[];
  readonly outcomes: readonly Outcome[];
  readonly parent: Snapshot;
  readonly after: Snapshot;
  /** When it was made. */
  readonly nowMs: number;
  readonly producer: Me;
}

const MAX_SNAPSHOT_BYTES = 6_144;
const MAX_WAITS = 1_000;

export function describeEngine(name: string, harness: EngineHarness): void {
  const { spec } = harness;
  const chainId = chainIdOf(spec);
  const engine = harness.create(spec, chainId);
  const world = createWorld(engine, chainId, harness);

  describe(`engine contract: ${name}`, () => {
    let steps: readonly Step[];
    let genesis: Snapshot;
    beforeAll(() => {
      genesis = world.genesis().snapshot;
      steps = world.tree(seededRandom(11), harness.blocks);
    });

    describeGenesis(engine, chainId, world);
    describeHeaders(engine, harness, () => steps);
    describeTime(engine, world, harness, () => steps);
    describeSnapshots(engine, harness, () => ({ steps, genesis }));
    describePreference(engine, () => ({ steps, genesis }));
    describeRewards(engine, () => steps);

    test("producer and verifier agree over random histories", () => {
      for (const { block, parent, nowMs } of steps) {
        expect(engine.checkSeal(block)).toEqual({ ok: true, value: undefined });
        expect(engine.checkOnParent(block, parent, nowMs)).toEqual({ kind: "ok" });
        expect(toHex(block.header.claim)).toBe(toHex(engine.encodeClaim(block.claim)));
      }
    });

    test("every function gives the same again and changes nothing it is given", () => {
      for (const { block, votes, outcomes, parent, after, nowMs, producer } of steps) {
        const before = [engine.encodeSnapshot(parent), encodeHeader(block.header)].map(toHex);
        expect(engine.turn(parent, producer, nowMs)).toEqual(engine.turn(parent, producer, nowMs));
        expect(engine.parse(block.header)).toEqual({ ok: true, value: block });
        expect(engine.advance(parent, block, null, null)).toEqual(engine.advance(parent, block, null, null));
        expect(engine.advance(parent, block, { votes }, outcomes)).toEqual(after);
        expect(engine.orders(draftOf(block), parent)).toEqual(engine.orders(draftOf(block), parent));
        expect(engine.describe(after)).toEqual(engine.describe(after));
        expect([engine.encodeSnapshot(parent), encodeHeader(block.header)].map(toHex)).toEqual(before);
      }
    });
  });
}

type World = ReturnType<typeof createWorld>;

function createWorld(engine: Engine, chainId: Hash, harness: EngineHarness) {
  const { spec } = harness;
  const stateRoot = asHash(new Uint8Array(32).fill(1));

  const genesis = (): { header: Header; snapshot: Snapshot } => {
    const { header, id } = computeGenesis({ spec, chainId, engine }, stateRoot);
    return { header, snapshot: frozen(engine.genesis(id)) };
  };

  /** Whose turn comes first on `parent`, and when. */
  const firstTurn = (parent: Snapshot, fromMs: number) => {
    let nowMs = fromMs;
    for (let wait = 0; wait < MAX_WAITS; wait++) {
      let nextMs = Number.POSITIVE_INFINITY;
      for (const producer of harness.producers) {
        const turn = engine.turn(parent, producer, nowMs);
        if (turn.kind === "now") return { turn, producer, nowMs };
        if (turn.kind === "later") nextMs = Math.min(nextMs, turn.atMs);
      }
      expect(nextMs).toBeGreaterThan(nowMs);
      nowMs = nextMs;
    }
    throw new Error("it is nobody's turn");
  };

  /** A sealed block on `parent`, as soon as it is somebody's turn; `change` comes before the seal. */
  const produce = (parent: Snapshot, fromMs: number, random: Random, change: Partial<Header> = {}) => {
    const { turn, producer, nowMs } = firstTurn(parent, fromMs);
    const draft: Draft = {
      height: change.height ?? parent.height + 1,
      parent: change.parent ?? parent.id,
      timeMs: change.timeMs ?? Math.min(Math.max(nowMs, turn.minTimeMs), turn.maxTimeMs),
      proposer: change.proposer ?? asAddress(random.bytes(20)),
      claim: change.claim ?? engine.encodeClaim(turn.claim),
    };
    const unsealed = {
      version: HEADER_VERSION,
      ...draft,
      bodyRoot: asHash(random.bytes(32)),
      stateRoot: asHash(random.bytes(32)),
    };
    const job = engine.sealJob(draft, sealHash(chainId, unsealed), turn.claim);
    const parsed = engine.parse({ ...unsealed, seal: harness.solve(job) });
    if (!parsed.ok) throw new Error(`own block refused: ${JSON.stringify(parsed.error)}`);
    return { block: parsed.value, producer, nowMs, minTimeMs: turn.minTimeMs };
  };

  /** What everybody has to say at that moment with this block at the head. */
  const votesOn = (head: Snapshot, nowMs: number): Vote[] =>
    harness.producers.flatMap((voter) => {
      const duty = engine.voting?.duty(head, voter, nowMs);
      return duty?.kind === "now" ? [{ ...duty.vote, signature: asSignature(harness.solve(duty.job)) }] : [];
    });

  /** Blocks on random earlier ones, mostly on the latest, after random waits, with all votes that fit. */
  const tree = (random: Random, blocks: number): Step[] => {
    const steps: Step[] = [];
    const snapshots = [genesis().snapshot];
    let nowMs = spec.genesis.timeMs;
    for (let i = 0; i < blocks; i++) {
      nowMs += random.below(2 * harness.spacingMs);
      const back = random.below(4) === 0 ? random.below(Math.min(5, snapshots.length)) : 0;
      const parent = snapshots[snapshots.length - 1 - back]!;
      const made = produce(parent, nowMs, random);
      nowMs = made.nowMs;
      const { block } = made;
      const votes = engine.voting?.choose(votesOn(parent, nowMs), block.header.timeMs, parent) ?? [];
      const outcomes = harness.execute(engine.orders(draftOf(block), parent));
      const after = frozen(engine.advance(parent, block, { votes }, outcomes));
      snapshots.push(after);
      steps.push({ ...made, votes, outcomes, parent, after });
    }
    return steps;
  };
  return { genesis, produce, tree };
}

function draftOf({ header: { height, parent, timeMs, proposer, claim } }: Parsed): Draft {
  return { height, parent, timeMs, proposer, claim };
}

function describeGenesis(engine: Engine, chainId: Hash, world: World): void {
  test("genesis has an empty seal, and its seal hash is its id", () => {
    const { header, snapshot } = world.genesis();
    expect(header.seal).toHaveLength(0);
    expect(toHex(snapshot.id)).toBe(toHex(sealHash(chainId, header)));
    expect(toHex(header.claim)).toBe(toHex(engine.genesisClaim()));
    expect(snapshot.height).toBe(0);
    expect(snapshot.weight).toBe(0n);
    expect(toHex(snapshot.finalized.id)).toBe(toHex(snapshot.id));
    expect(toHex(snapshot.justified.id)).toBe(toHex(snapshot.id));
  });

  test("genesis itself is no block that may arrive", () => {
    expect(engine.parse(world.genesis().header).ok).toBe(false);
  });
}

function describeHeaders(engine: Engine, harness: EngineHarness, steps: () => readonly Step[]): void {
  test("a changed byte of a header is refused or makes another block", () => {
    const { block } = steps()[0]!;
    const bytes = encodeHeader(block.header);
    for (let at = 0; at < bytes.length; at++) {
      for (const flip of [1, 0x80, 0xff]) {
        const other = bytes.slice();
        other[at]! ^= flip;
        const header = decodeHeader(other);
        const parsed = header.ok ? engine.parse(header.value) : header;
        if (parsed.ok) expect({ at, id: toHex(parsed.value.id) }).not.toEqual({ at, id: toHex(block.id) });
      }
    }
  });

  test("claims and seals of another length are refused, and the sender is to blame", () => {
    const { block } = steps()[0]!;
    for (const field of ["claim", "seal"] as const) {
      const bytes = block.header[field];
      for (const other of [bytes.subarray(1), new Uint8Array([...bytes, 0]), new Uint8Array(0)]) {
        const parsed = engine.parse({ ...block.header, [field]: other });
        expect(parsed).toMatchObject({ ok: false, error: { blame: "sender" } });
      }
    }
  });

  test("any claim and seal are parsed or refused, never thrown at", () => {
    const { header } = steps()[0]!.block;
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.uint8Array({ maxLength: 128 }), (claim, seal) => {
        const parsed = engine.parse({ ...header, claim, seal });
        if (parsed.ok) engine.checkSeal(parsed.value);
      }),
    );
  });

  test("ids are different, and different on another chain", () => {
    const ids = steps().map(({ block }) => toHex(block.id));
    expect(new Set(ids).size).toBe(ids.length);
    const foreign = harness.create(harness.spec, asHash(new Uint8Array(32).fill(9)));
    for (const { block } of steps()) {
      const parsed = foreign.parse(block.header);
      expect(parsed.ok && toHex(parsed.value.id) === toHex(block.id)).toBe(false);
    }
  });

  test("a block on another parent or of another height does not fit", () => {
    const [first, second] = [steps()[0]!, steps()[1]!];
    const elsewhere = engine.checkOnParent(first.block, second.after, second.nowMs);
    expect(elsewhere).toMatchObject({ kind: "fault", fault: { code: "header-parent" } });
    const higher = { ...first.block, header: { ...first.block.header, height: first.block.header.height + 1 } };
    expect(engine.checkOnParent(higher, first.parent, first.nowMs)).toMatchObject({
      kind: "fault",
      fault: { code: "header-height" },
    });
  });
}

function describeTime(engine: Engine, world: World, harness: EngineHarness, steps: () => readonly Step[]): void {
  test("a block from the future waits until its time has come near enough", () => {
    const { after, nowMs } = steps().at(-1)!;
    const futureMs = nowMs + harness.spec.time.maxAheadMs + 10_000;
    const { block } = world.produce(after, futureMs, seededRandom(3));
    const verdict = engine.checkOnParent(block, after, nowMs);
    expect(verdict).toMatchObject({ kind: "wait", why: "too-early" });
    if (verdict.kind !== "wait") return;
    const untilMs = verdict.untilMs!;
    expect(untilMs).toBeGreaterThan(nowMs);
    expect(engine.checkOnParent(block, after, untilMs - 1).kind).toBe("wait");
    expect(engine.checkOnParent(block, after, untilMs)).toEqual({ kind: "ok" });
  });

  test("the earliest time that a turn allows is allowed, one millisecond less is not", () => {
    const { after, nowMs } = steps().at(-1)!;
    const { minTimeMs, nowMs: atMs } = world.produce(after, nowMs, seededRandom(4));
    const earliest = world.produce(after, atMs, seededRandom(4), { timeMs: minTimeMs });
    expect(engine.checkOnParent(earliest.block, after, atMs)).toEqual({ kind: "ok" });
    const earlier = world.produce(after, atMs, seededRandom(4), { timeMs: minTimeMs - 1 });
    expect(engine.checkOnParent(earlier.block, after, atMs)).toMatchObject({
      kind: "fault",
      fault: { code: harness.timeFault, blame: "sender" },
    });
  });

  test("a turn that is still to come is not there a millisecond before, and may be produced from then on", () => {
    for (const { after, nowMs } of steps().slice(-20)) {
      for (const producer of harness.producers) {
        const turn = engine.turn(after, producer, nowMs);
        if (turn.kind !== "later") continue;
        expect(turn.atMs).toBeGreaterThan(nowMs);
        expect(engine.turn(after, producer, turn.atMs - 1).kind).not.toBe("now");
      }
    }
  });
}

interface History {
  readonly steps: readonly Step[];
  readonly genesis: Snapshot;
}

function describeSnapshots(engine: Engine, harness: EngineHarness, history: () => History): void {
  test("a snapshot survives its bytes, of which there are at most 6 KiB", () => {
    const { steps, genesis } = history();
    for (const snapshot of [genesis, ...steps.map(({ after }) => after)]) {
      const bytes = engine.encodeSnapshot(snapshot);
      expect(bytes.length).toBeLessThanOrEqual(MAX_SNAPSHOT_BYTES);
      const again = engine.decodeSnapshot(bytes);
      expect(again).toEqual(snapshot);
      bytes.fill(0);
      expect(again).toEqual(snapshot);
      const nowMs = snapshot.timeMs + harness.spacingMs;
      for (const me of harness.producers)
        expect(engine.turn(again, me, nowMs)).toEqual(engine.turn(snapshot, me, nowMs));
    }
  });

  test("bytes that are no snapshot are our own mistake", () => {
    const bytes = engine.encodeSnapshot(history().genesis);
    for (const wrong of [new Uint8Array(0), bytes.subarray(1), new Uint8Array([...bytes, 0])])
      expect(() => engine.decodeSnapshot(wrong)).toThrow();
  });

  test("a step adds one to the height and something to the weight, and takes id and time from the block", () => {
    for (const { block, parent, after } of history().steps) {
      expect(after.height).toBe(parent.height + 1);
      expect(after.weight).toBeGreaterThan(parent.weight);
      expect(after.timeMs).toBe(block.header.timeMs);
      expect(toHex(after.id)).toBe(toHex(block.id));
    }
  });

  test("what is final or justified never moves back", () => {
    for (const { parent, after } of history().steps) {
      expect(after.finalized.epoch).toBeGreaterThanOrEqual(parent.finalized.epoch);
      expect(after.justified.epoch).toBeGreaterThanOrEqual(after.finalized.epoch);
      if (after.finalized.epoch === parent.finalized.epoch)
        expect(toHex(after.finalized.id)).toBe(toHex(parent.finalized.id));
    }
  });

  test("the header alone says as much about weight as the whole block", () => {
    for (const { block, parent, after } of history().steps) {
      const headerOnly = engine.advance(parent, block, null, null);
      expect(headerOnly.weight).toBe(after.weight);
      expect(toHex(headerOnly.id)).toBe(toHex(after.id));
      // Without votes there is nothing that a body could add.
      if (engine.voting === null) expect(headerOnly).toEqual(after);
    }
  });

  test("a branch known by headers alone can be checked and followed, until an epoch's table is asked for", () => {
    const { steps, genesis } = history();
    const known = new Map([[toHex(genesis.id), genesis]]);
    for (const { block, nowMs } of steps) {
      const parent = known.get(toHex(block.header.parent));
      if (parent === undefined) continue;
      const verdict = engine.checkOnParent(block, parent, nowMs);
      if (engine.lottery !== null && verdict.kind === "wait") expect(verdict.why).toBe("needs-state");
      else expect(verdict).toEqual({ kind: "ok" });
      if (verdict.kind === "ok") known.set(toHex(block.id), engine.advance(parent, block, null, null));
    }
    if (engine.lottery === null) expect(known.size).toBe(steps.length + 1);
    expect(known.size).toBeGreaterThan(2);
  });

  test("votes that were chosen count, and not a second time", () => {
    for (const { block, votes, parent, after } of history().steps) {
      expect(engine.voting?.check(votes, block.header.timeMs, parent) ?? { ok: true }).toMatchObject({ ok: true });
      if (votes.length === 0) continue;
      const again = engine.voting?.check(votes, block.header.timeMs + harness.spacingMs, after);
      expect(again).toMatchObject({ ok: false, error: { blame: "sender" } });
      expect(engine.voting?.choose(votes, block.header.timeMs + harness.spacingMs, after)).toEqual([]);
    }
  });
}

function describePreference(engine: Engine, history: () => History): void {
  test("any two branches are ordered, both ways alike, and a child beats its parent", () => {
    const { steps, genesis } = history();
    const all = [genesis, ...steps.map(({ after }) => after)].slice(-40);
    for (const a of all) {
      expect(engine.compare(a, a)).toBe(0);
      for (const b of all) {
        expect(Math.sign(engine.compare(a, b)) + Math.sign(engine.compare(b, a))).toBe(0);
        for (const c of all.slice(0, 10))
          if (engine.compare(a, b) >= 0 && engine.compare(b, c) >= 0)
            expect(engine.compare(a, c)).toBeGreaterThanOrEqual(0);
      }
    }
    for (const { parent, after } of steps) expect(engine.compare(after, parent)).toBeGreaterThan(0);
  });

  test("blocks of the chain are plausible to whoever stands beside them", () => {
    for (const { block, parent, after } of history().steps) {
      expect(engine.plausible(block, parent)).toBe(true);
      expect(engine.plausible(block, after)).toBe(true);
    }
  });
}

function describeRewards(engine: Engine, steps: () => readonly Step[]): void {
  test("rewards are positive, follow from draft and fees, and hold no more fees than were paid", () => {
    for (const { block, parent } of steps()) {
      const draft = draftOf(block);
      const without = engine.rewards(draft, parent, 0n);
      const credits = engine.rewards(draft, parent, 12_345n);
      expect(engine.rewards(draft, parent, 12_345n)).toEqual(credits);
      for (const credit of [...without, ...credits]) expect(credit.amountAtoms).toBeGreaterThan(0n);
      expect(sum(credits) - sum(without)).toBeLessThanOrEqual(12_345n);
      expect(sum(credits) - sum(without)).toBeGreaterThanOrEqual(0n);
    }
  });
}

function sum(credits: readonly { readonly amountAtoms: bigint }[]): bigint {
  return credits.reduce((total, credit) => total + credit.amountAtoms, 0n);
}

/** Frozen all the way down, but for bytes, which JavaScript cannot freeze. */
function frozen<T>(value: T): T {
  if (typeof value === "object" && value !== null && !ArrayBuffer.isView(value)) {
    for (const part of Object.values(value)) frozen(part);
    Object.freeze(value);
  }
  return value;
}
