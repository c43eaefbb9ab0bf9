/** What the pool lays open: logs with proofs, signed heads and divisions. An audit reads nothing else of it. */
import { type Address, asHash, asSignature, BoundedMap, compareBytes, fromHex, type Hash } from "#base";
import { ed25519PublicKey, formatAddress, parseAddress } from "#crypto";
import type { AuditedAccount, AuditSource } from "../../trust/audit-source.ts";
import { createLogTree, type LogTree, leafHash } from "../../trust/share-log.ts";
import type { Credit } from "../../trust/split.ts";
import { type SignedStatement, signStatement } from "../../trust/statement.ts";
import type { SignedTreeHead } from "../../trust/tree-head.ts";
import { type Reader, readAtOnce, type Writer } from "../database.ts";
import type { AccountingOptions, AccountingParts } from "../parts.ts";
import { loadPpsCursor } from "../pps.ts";
import { recordBytesOf } from "../record-bytes.ts";
import { termsOf } from "../round-state.ts";
import { loadThresholdOrders, thresholdOf } from "../thresholds.ts";
import { loadCredits } from "./miner-view.ts";

/** Trees of rounds that were asked for lately; one of 50,000 shares takes some 6 MB. */
const TREES = 4;
const MOST_RECORDS = 1_000;
const MOST_PAYOUTS = 10_000;

export interface Published extends AuditSource {
  /** The latest head of a round. */
  latestHead(round: number): Promise<SignedTreeHead | null>;
}

type Parts = Pick<AccountingParts, "database" | "receiptSeed">;
type Options = Pick<AccountingOptions, "chainId" | "addressPrefix" | "thresholdAtoms">;

export function createPublished(options: Options, parts: Parts): Published {
  const db = parts.database.reader;
  const poolKey = ed25519PublicKey(parts.receiptSeed);
  const trees = new BoundedMap<string, LogTree>(TREES);

  const records = async (round: number, from: number, count: number): Promise<Uint8Array[]> => {
    const rows = await db
      .selectFrom("shares")
      .selectAll()
      .where("round", "=", round)
      .where("leaf", ">=", from)
      .orderBy("leaf")
      .limit(Math.min(MOST_RECORDS, count))
      .execute();
    return rows.map((row) => recordBytesOf(poolKey, row));
  };

  /** Of the first `size` leaves, or null where they are not, or no longer, all there. */
  const loadTree = async (round: number, size: number): Promise<LogTree | null> => {
    const name = `${round}/${size}`;
    const known = trees.get(name);
    if (known !== undefined) return known;
    const leaves: Hash[] = [];
    while (leaves.length < size) {
      const page = await records(round, leaves.length, size - leaves.length);
      if (page.length === 0) return null;
      leaves.push(...page.map(leafHash));
    }
    const tree = createLogTree(leaves);
    trees.set(name, tree);
    return tree;
  };

  const heads = async (round: number): Promise<SignedTreeHead[]> => {
    const of = await db.selectFrom("rounds").select("previous_root").where("id", "=", round).executeTakeFirst();
    const rows = await db.selectFrom("tree_heads").selectAll().where("round", "=", round).orderBy("size").execute();
    return rows.map((row) => ({
      poolKey,
      round,
      size: row.size,
      root: asHash(new Uint8Array(row.root)),
      previousRoot: asHash(new Uint8Array(of!.previous_root)),
      timeMs: row.time_ms,
      final: row.final === 1,
      signature: asSignature(new Uint8Array(row.signature)),
    }));
  };

  return {
    heads,
    records,
    latestHead: async (round) => (await heads(round)).at(-1) ?? null,
    async inclusionProof(round, leaf, size) {
      if (!(leaf >= 0 && leaf < size)) return null;
      return (await loadTree(round, size))?.inclusionProof(leaf, size) ?? null;
    },
    async consistencyProof(round, from, to) {
      if (!(from >= 0 && from <= to)) return null;
      return (await loadTree(round, to))?.consistencyProof(from, to) ?? null;
    },
    statement: (round) => loadStatement(options, parts, round),
    account: (address) => loadAccount(options, parts, address),
    async credits(address, before) {
      const text = formatAddress(address, options.addressPrefix);
      const page = await loadCredits({ parts }, text, before === null ? {} : { before });
      const items = page.items.map(({ kind, round, height, state, amountAtoms }) => ({
        ...{ kind, round, height, state, amountAtoms },
      }));
      return { items, next: page.next };
    },
  };
}

async function loadStatement(
  options: Options,
  { database, receiptSeed }: Parts,
  round: number,
): Promise<SignedStatement | null> {
  const db = database.reader;
  const block = await db.selectFrom("blocks").selectAll().where("round", "=", round).executeTakeFirst();
  if (block === undefined || block.reward === null) return null;
  const row = await db.selectFrom("rounds").selectAll().where("id", "=", round).executeTakeFirstOrThrow();
  const isPps = row.scheme === "pps";
  // Until all of its shares are bought there is nothing to sign.
  if (isPps && (await loadPpsCursor(db)).round <= round) return null;
  const rows = await db
    .selectFrom("credits")
    .innerJoin("miners", "miners.id", "credits.miner")
    .select(["miners.address", "credits.work", "credits.amount"])
    .where("kind", "=", isPps ? "pps" : "block")
    .where("ref", "=", isPps ? String(round) : block.id)
    .execute();
  const credits = rows.flatMap(({ address, work, amount }): Credit[] => {
    const parsed = parseAddress(address, options.addressPrefix);
    return parsed.ok ? [{ address: parsed.value, work: BigInt(work), amountAtoms: BigInt(amount) }] : [];
  });
  const statement = {
    poolKey: ed25519PublicKey(receiptSeed),
    round,
    terms: termsOf(row),
    block: asHash(fromHex(block.id)!),
    height: block.height,
    rewardAtoms: BigInt(block.reward),
    poolAtoms: BigInt(block.pool_atoms!),
    credits: credits.toSorted((a, b) => compareBytes(a.address, b.address)),
  };
  return signStatement(options.chainId, statement, receiptSeed);
}

/** Of one moment: a settlement in between would make sums that do not fit each other. */
function loadAccount(
  options: Options,
  { database, receiptSeed }: Parts,
  address: Address,
): Promise<AuditedAccount | null> {
  const text = formatAddress(address, options.addressPrefix);
  return readAtOnce(database, async (db) => {
    const miner = await db.selectFrom("miners").selectAll().where("address", "=", text).executeTakeFirst();
    if (miner === undefined) return null;
    const payouts = await db
      .selectFrom("payout_outputs")
      .innerJoin("payouts", "payouts.id", "payout_outputs.payout")
      .select(["tx_id", "amount", "fee_part", "payout_outputs.burn", "state", "created_ms"])
      .where("miner", "=", miner.id)
      .where("state", "!=", "released")
      .orderBy("payouts.id", "desc")
      .limit(MOST_PAYOUTS)
      .execute();
    const [owed, paying, paid] = [BigInt(miner.owed), BigInt(miner.paying), BigInt(miner.paid)];
    return {
      ...{ owedAtoms: owed, payingAtoms: paying, paidAtoms: paid },
      earnedAtoms: await sumCredits(db, miner.id),
      thresholdAtoms: thresholdOf(miner.threshold, options),
      thresholdOrders: await loadThresholdOrders(db, options, receiptSeed, miner.id),
      payouts: payouts.map((row) => ({
        transaction: asHash(fromHex(row.tx_id)!),
        amountAtoms: BigInt(row.amount),
        costAtoms: BigInt(row.fee_part) + BigInt(row.burn),
        isConfirmed: row.state === "confirmed",
        createdMs: row.created_ms,
      })),
    };
  });
}

/** Of blocks that are confirmed, PPS and withdrawals, added up from the entries. */
async function sumCredits(db: Reader | Writer, miner: number): Promise<bigint> {
  const rows = await db
    .selectFrom("credits")
    .leftJoin("blocks", "blocks.id", "credits.ref")
    .select("credits.amount")
    .where("credits.miner", "=", miner)
    .where((where) => where.or([where("kind", "!=", "block"), where("blocks.state", "=", "confirmed")]))
    .execute();
  return rows.reduce((sum, { amount }) => sum + BigInt(amount), 0n);
}
