/** A mining pool: its state, its miners, its money, and what an audit reads of it (docs/spec/pool-accounting.md). */
import { type Static, type TSchema, Type } from "typebox";
import { PoolTakenThreshold } from "./pool-threshold.ts";
import { AddressText, Atoms, BytesHex, Count, HashHex, Height, KeyHex, SignatureHex, TimeMs } from "./primitives.ts";

const orNull = <T extends TSchema>(schema: T, description?: string) =>
  Type.Union([schema, Type.Null()], description === undefined ? {} : { description });
/** Below 0 is possible. */
const SignedAtoms = Type.String({ pattern: "^-?(0|[1-9][0-9]*)$", description: "atoms, may be negative" });
const HashCount = Type.String({ pattern: "^[0-9]+$", description: "expected hashes as a decimal string" });
/** A statistic, never money. */
const Statistic = Type.Number({ minimum: 0 });

export const PoolScheme = Type.Union(
  [Type.Literal("pplns"), Type.Literal("prop"), Type.Literal("pps"), Type.Literal("solo")],
  { title: "PoolScheme" },
);
export type PoolScheme = Static<typeof PoolScheme>;

export const PoolBlockState = Type.Union([
  Type.Literal("pending"),
  Type.Literal("confirmed"),
  Type.Literal("orphaned"),
]);
export type PoolBlockState = Static<typeof PoolBlockState>;

const terms = {
  scheme: PoolScheme,
  feePpm: Type.Integer({ minimum: 0, maximum: 1_000_000, description: "the pool's part, in millionths" }),
  windowBlocks: Type.Integer({ minimum: 1, description: "of PPLNS, in blocks' worth of work" }),
};

export const PoolInfo = Type.Object(
  {
    chain: Type.Object({ id: HashHex, name: Type.String(), addressPrefix: Type.String() }),
    key: Type.Unsafe<string>({ ...KeyHex, description: "signs receipts, heads and statements; keep it for audits" }),
    address: AddressText,
    stratum: Type.Array(Type.String(), { description: "where miners connect" }),
    terms: Type.Object(terms),
    threshold: Atoms,
    minThreshold: Atoms,
    maturityBlocks: Count,
    payoutDepth: Count,
    round: Type.Object({
      id: Count,
      startedMs: TimeMs,
      shares: Count,
      work: HashCount,
      miners: Count,
      effort: Type.Number({ description: "blocks that its work could expect: 1 is as long as usual" }),
    }),
    hashRate: Type.Number({
      description:
        "hashes a second that the shares of the last ten whole minutes stand for, or of as many as there are",
    }),
    activeMiners: Count,
    connections: Count,
    blocks: Type.Object({ pending: Count, confirmed: Count, orphaned: Count }),
    owed: SignedAtoms,
    paying: Atoms,
    paid: Atoms,
    account: Type.Unsafe<string>({ ...SignedAtoms, description: "the pool's own, fees less purchases; atoms" }),
    troubles: Type.Array(Type.String(), { description: "what is not well, in words; empty when all is" }),
    dropEvery: Type.Integer({
      minimum: 0,
      description: "test mode: each n-th share is dropped on purpose; 0 in earnest",
    }),
    startedMs: TimeMs,
    version: Type.String(),
  },
  { title: "PoolInfo" },
);
export type PoolInfo = Static<typeof PoolInfo>;

export const PoolSample = Type.Object(
  { timeMs: TimeMs, shares: Count, hashRate: Type.Number() },
  { title: "PoolSample", description: "one minute; minutes without shares are left out" },
);
export type PoolSample = Static<typeof PoolSample>;

export const PoolHistory = Type.Object({ items: Type.Array(PoolSample) }, { title: "PoolHistory" });
export type PoolHistory = Static<typeof PoolHistory>;

const page = <T extends TSchema>(item: T, title: string) =>
  Type.Object(
    { items: Type.Array(item), next: orNull(Count, "give it as `before` for the next page") },
    { title, description: "newest first" },
  );

const minerLine = {
  address: AddressText,
  owed: SignedAtoms,
  paying: Atoms,
  paid: Atoms,
  hashRate: Type.Number(),
  roundWork: HashCount,
  roundShares: Count,
  connections: Count,
};
export const PoolMinerLine = Type.Object(minerLine, { title: "PoolMinerLine" });
export type PoolMinerLine = Static<typeof PoolMinerLine>;
export const PoolMiners = page(PoolMinerLine, "PoolMiners");
export type PoolMiners = Static<typeof PoolMiners>;

export const PoolWorker = Type.Object(
  {
    worker: Type.String(),
    agent: Type.String(),
    difficulty: Type.Number(),
    connectedMs: TimeMs,
    lastShareMs: orNull(TimeMs),
    accepted: Count,
    rejected: Count,
  },
  { title: "PoolWorker", description: "of a connection that is open; counts since it was opened" },
);
export type PoolWorker = Static<typeof PoolWorker>;

export const PoolMiner = Type.Object(
  {
    ...minerLine,
    immature: Type.Unsafe<string>({ ...Atoms, description: "of blocks that are not spendable yet, atoms" }),
    threshold: Type.Unsafe<string>({ ...Atoms, description: "in force, atoms" }),
    thresholdFrom: Type.Union([Type.Literal("pool"), Type.Literal("operator"), Type.Literal("miner")], {
      description: "who has set it",
    }),
    thresholdOrder: orNull(PoolTakenThreshold, "the last that the miner has signed"),
    minThreshold: Type.Unsafe<string>({ ...Atoms, description: "the least that it may choose, atoms" }),
    roundPart: Type.Number({ description: "of the present round's work, 0 to 1" }),
    samples: Type.Array(PoolSample),
    workers: Type.Array(PoolWorker),
  },
  { title: "PoolMiner" },
);
export type PoolMiner = Static<typeof PoolMiner>;

export const PoolCredit = Type.Object(
  {
    kind: Type.Union([Type.Literal("block"), Type.Literal("pps"), Type.Literal("withdrawal")]),
    round: Count,
    block: orNull(HashHex),
    height: orNull(Height),
    state: PoolBlockState,
    scheme: orNull(PoolScheme),
    feePpm: orNull(Count),
    windowBlocks: orNull(Count),
    reward: orNull(Atoms),
    fee: orNull(Atoms),
    myWork: HashCount,
    totalWork: orNull(HashCount, "what `myWork` is a part of; null where each share has a price of its own"),
    amount: Atoms,
    remainder: Type.Unsafe<string>({
      ...Atoms,
      description: "1 where the largest remainders gave one atom more (PAY-2)",
    }),
  },
  { title: "PoolCredit", description: "amount = ⌊(reward − fee) × myWork / totalWork⌋ + remainder" },
);
export type PoolCredit = Static<typeof PoolCredit>;
export const PoolCredits = page(PoolCredit, "PoolCredits");
export type PoolCredits = Static<typeof PoolCredits>;

const payout = {
  id: Count,
  transaction: HashHex,
  state: Type.Union([Type.Literal("signed"), Type.Literal("confirmed"), Type.Literal("released")]),
  createdMs: TimeMs,
  height: orNull(Height),
};
export const PoolMinerPayout = Type.Object(
  { ...payout, gross: Atoms, amount: Atoms, fee: Atoms, burn: Atoms },
  { title: "PoolMinerPayout", description: "gross = amount + fee + burn: the miner's parts of both" },
);
export type PoolMinerPayout = Static<typeof PoolMinerPayout>;
export const PoolMinerPayouts = page(PoolMinerPayout, "PoolMinerPayouts");
export type PoolMinerPayouts = Static<typeof PoolMinerPayouts>;

export const PoolPayout = Type.Object(
  { ...payout, nonce: Count, cost: Atoms, fee: Atoms, burn: Atoms, miners: Count },
  { title: "PoolPayout", description: "cost is all that leaves the pool: amounts + fee + burn" },
);
export type PoolPayout = Static<typeof PoolPayout>;
export const PoolPayouts = page(PoolPayout, "PoolPayouts");
export type PoolPayouts = Static<typeof PoolPayouts>;

const round = {
  id: Count,
  ...terms,
  startedMs: TimeMs,
  endedMs: orNull(TimeMs, "null: it counts now"),
  shares: Count,
  work: HashCount,
  effort: Statistic,
  block: orNull(
    Type.Object({
      hash: HashHex,
      height: Height,
      state: PoolBlockState,
      foundMs: TimeMs,
      finder: AddressText,
      reward: orNull(Atoms),
      fee: orNull(Atoms),
      poolPart: orNull(Atoms),
      totalWork: orNull(HashCount),
      refused: orNull(Type.String(), "what the node said, where it refused the block"),
    }),
  ),
};
export const PoolRoundLine = Type.Object(round, { title: "PoolRoundLine" });
export type PoolRoundLine = Static<typeof PoolRoundLine>;
export const PoolRounds = page(PoolRoundLine, "PoolRounds");
export type PoolRounds = Static<typeof PoolRounds>;

export const PoolRound = Type.Object(
  {
    ...round,
    miners: Count,
    heads: Type.Array(
      Type.Object({ size: Count, final: Type.Boolean(), timeMs: TimeMs, root: HashHex, signature: SignatureHex }),
      { description: "the largest first, at most 100; `…/heads` has all" },
    ),
    parts: Type.Array(Type.Object({ address: AddressText, work: HashCount, amount: orNull(Atoms) }), {
      description: "those with most, at most 100",
    }),
  },
  { title: "PoolRound" },
);
export type PoolRound = Static<typeof PoolRound>;

export const PoolLuckReport = Type.Object(
  {
    name: Type.String(),
    expected: Statistic,
    found: Count,
    luck: orNull(Statistic),
    bands: Type.Array(Type.Object({ level: Type.Number(), low: Count, high: Count })),
    fewer: Type.Number({ description: "probability of so few blocks or fewer from honest work" }),
    more: Type.Number(),
    corrected: Type.Number({ description: "`fewer` times the number of records looked at, at most 1" }),
    verdict: Type.Union([
      Type.Literal("too-early"),
      Type.Literal("normal"),
      Type.Literal("suspect"),
      Type.Literal("withholding"),
    ]),
  },
  { title: "PoolLuckReport" },
);
export type PoolLuckReport = Static<typeof PoolLuckReport>;

export const PoolLuck = Type.Object(
  {
    pool: PoolLuckReport,
    miners: Type.Array(PoolLuckReport, { description: "the least probable first" }),
    tests: Count,
    rounds: Type.Array(Type.Object({ round: Count, endedMs: TimeMs, effort: Statistic, state: PoolBlockState }), {
      description: "newest first",
    }),
  },
  { title: "PoolLuck" },
);
export type PoolLuck = Static<typeof PoolLuck>;

export const PoolReceipts = Type.Object(
  {
    items: Type.Array(Type.Object({ round: Count, leaf: Count, receipt: BytesHex }), {
      description: "in the order of the log; RECEIPT-2",
    }),
    next: orNull(Type.String(), "give it as `after` for what follows; null: nothing more for now"),
  },
  { title: "PoolReceipts" },
);
export type PoolReceipts = Static<typeof PoolReceipts>;

export const PoolHeads = Type.Object(
  { items: Type.Array(BytesHex, { description: "signed heads (LOG-5), the smallest first" }) },
  { title: "PoolHeads" },
);
export type PoolHeads = Static<typeof PoolHeads>;

export const PoolProof = Type.Object(
  { path: orNull(Type.Array(HashHex), "null where those leaves are not, or no longer, kept") },
  { title: "PoolProof" },
);
export type PoolProof = Static<typeof PoolProof>;

export const PoolRecords = Type.Object(
  { items: Type.Array(BytesHex, { description: "RECEIPT-1, from the leaf asked for on" }) },
  { title: "PoolRecords" },
);
export type PoolRecords = Static<typeof PoolRecords>;

export const PoolStatement = Type.Object(
  {
    round: Count,
    ...terms,
    block: HashHex,
    height: Height,
    reward: Atoms,
    poolPart: Atoms,
    credits: Type.Array(Type.Object({ address: AddressText, work: HashCount, amount: Atoms })),
    signature: SignatureHex,
  },
  { title: "PoolStatement", description: "AUDIT-1" },
);
export type PoolStatement = Static<typeof PoolStatement>;

export const PoolStatementAnswer = Type.Object(
  { statement: orNull(PoolStatement, "null for a round without a block in the chain") },
  { title: "PoolStatementAnswer" },
);
export type PoolStatementAnswer = Static<typeof PoolStatementAnswer>;

export const PoolAccount = Type.Object(
  {
    owed: SignedAtoms,
    paying: Atoms,
    paid: Atoms,
    earned: Atoms,
    threshold: Type.Unsafe<string>({ ...Atoms, description: "in force, atoms" }),
    thresholdOrders: Type.Array(PoolTakenThreshold, { description: "the miner's own, the newest first, at most 100" }),
    payouts: Type.Array(
      Type.Object({
        ...{ transaction: HashHex, amount: Atoms, cost: Atoms, confirmed: Type.Boolean(), createdMs: TimeMs },
      }),
      { description: "the newest first, without those that were given up" },
    ),
  },
  { title: "PoolAccount", description: "what a miner is said to have earned and been paid (AUDIT-9)" },
);
export type PoolAccount = Static<typeof PoolAccount>;

export const PoolThresholdOrder = Type.Object(
  { address: AddressText, threshold: orNull(Atoms, "null: the pool's") },
  { title: "PoolThresholdOrder", additionalProperties: false },
);
export type PoolThresholdOrder = Static<typeof PoolThresholdOrder>;
export const PoolWithdrawOrder = Type.Object(
  { to: AddressText, amount: Atoms },
  { title: "PoolWithdrawOrder", additionalProperties: false },
);
export type PoolWithdrawOrder = Static<typeof PoolWithdrawOrder>;
export const PoolReleaseOrder = Type.Object(
  { transaction: HashHex },
  { title: "PoolReleaseOrder", additionalProperties: false },
);
export type PoolReleaseOrder = Static<typeof PoolReleaseOrder>;
export const PoolMoveOrder = Type.Object(
  {
    host: Type.String({ pattern: "^[A-Za-z0-9.:-]{1,253}$" }),
    port: Type.Integer({ minimum: 1, maximum: 65_535 }),
    tlsPort: orNull(Type.Integer({ minimum: 1, maximum: 65_535 }), "for those who came over TLS; null: they stay"),
    waitS: Type.Integer({ minimum: 0, maximum: 600, description: "seconds after which they go" }),
  },
  { title: "PoolMoveOrder", additionalProperties: false },
);
export type PoolMoveOrder = Static<typeof PoolMoveOrder>;
export const PoolMoveResult = Type.Object(
  { asked: Type.Integer({ minimum: 0, description: "connections; not every miner does as it is asked" }) },
  { title: "PoolMoveResult" },
);
export type PoolMoveResult = Static<typeof PoolMoveResult>;
export const PoolOrderResult = Type.Object({ ok: Type.Literal(true) }, { title: "PoolOrderResult" });
export type PoolOrderResult = Static<typeof PoolOrderResult>;
