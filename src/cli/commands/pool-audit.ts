import { Command, InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { OperationError } from "#base";
import { auditPool, type PoolAudit } from "#node";
import { addressText, findAddress } from "../accounts.ts";
import { connect } from "../connect.ts";
import { DEFAULT_API, debugOption, examples, jsonOption, readCount, readUrl } from "../options.ts";
import { findPool, poolOption } from "../pool-options.ts";
import { plural, print, visible } from "../print.ts";
import { addHeads, addReceipts, readReceiptsIfThere } from "../receipts-file.ts";
import type { Terminal } from "../terminal.ts";

export function poolAuditCommand(terminal: Terminal) {
  return new Command("audit")
    .description("whether a pool counted, divided and paid as it promised; exit code 1 when it did not")
    .addOption(poolOption())
    .requiredOption("--address <account>", "the miner: address, or dev-0 … dev-9")
    .addOption(
      new Option("--node <url>", `a node that you trust (default: AGON_API, else ${DEFAULT_API})`).argParser(readUrl),
    )
    .option("--receipts <file>", "what 'agon mine --receipts' kept; what is new is added to it")
    .option("--key <hex>", "the pool's key, as you know it from elsewhere", readKey)
    .option("--rounds <count>", "so many of the newest rounds are recomputed as a whole", readCount(0, 100), 20)
    .addOption(jsonOption())
    .addOption(debugOption())
    .addHelpText(
      "after",
      examples(
        "agon pool audit --address dev-3",
        "agon pool audit --pool http://pool.example:3334 --address agon1… --receipts receipts.jsonl --json",
      ),
    )
    .action(async (options) => {
      const near = { api: options.node };
      const node = connect(terminal, near);
      const { chain } = await node.status();
      const address = addressText(chain, await findAddress(terminal, chain, options.address, {}));
      const kept = options.receipts === undefined ? NOTHING : readReceiptsIfThere(options.receipts);
      const audit = await auditPool({
        ...{ pool: await findPool(terminal, options.pool), node, address, rounds: options.rounds },
        receipts: kept.receipts.map(({ receipt }) => receipt),
        ...{ heads: kept.heads, thresholds: kept.thresholds, key: options.key ?? null },
      });
      if (options.receipts !== undefined) keep(options.receipts, audit);
      const cheated = audit.report.findings.some(({ severity }) => severity !== "suspicion");
      const { pool, receipts: _receipts, heads: _heads, ...rest } = audit;
      const document = {
        ...rest,
        pool: { key: pool.key, address: pool.address, chain: pool.chain.name },
        address,
        cheated,
      };
      await print(terminal, options, document, () => describe(audit, address));
      if (cheated) throw new OperationError("pool-cheats", "this pool did not do what it promised");
      if (isOnAnotherChain(audit.report))
        throw new OperationError(
          "pool-unchecked",
          "the node knows none of the pool's blocks: give one that follows the pool's chain with --node",
        );
    });
}

const NOTHING = { receipts: [], heads: [], thresholds: [] };

/** Receipts that only the pool had until now, and heads that were not seen before. */
function keep(path: string, { receipts, heads }: PoolAudit): void {
  const kept = readReceiptsIfThere(path);
  const known = new Set([...kept.receipts.map(({ receipt }) => receipt), ...kept.heads]);
  // Round and leaf stand in the record itself: 64 bytes of signature, 32 of the key, then 8 each.
  const place = (hex: string, at: number): number =>
    Number(Buffer.from(hex.slice(2 * at, 2 * at + 16), "hex").readBigUInt64LE());
  addReceipts(
    path,
    receipts
      .filter((receipt) => !known.has(receipt))
      .map((receipt) => ({ round: place(receipt, 96), leaf: place(receipt, 104), receipt })),
  );
  addHeads(
    path,
    heads.filter((head) => !known.has(head)),
  );
}

function describe({ report, keyFrom, key }: PoolAudit, address: string): string {
  const { checked, findings, waiting, foreign, unavailable } = report;
  const lines = [
    `Audited for ${address}: ${plural(checked.receipts, "receipt")}, ${plural(checked.rounds, "round")}, ${plural(checked.shares, "share")}, ${plural(checked.credits, "credit")}, ${plural(checked.payouts, "payout")}.`,
    `The pool's key ${key} is ${KEY_FROM[keyFrom]}.`,
  ];
  if (waiting > 0) lines.push(`${plural(waiting, "receipt")} that no signed head covers yet: audit again in a while.`);
  if (foreign > 0)
    lines.push(`${plural(foreign, "receipt")} of another pool, chain or address: they say nothing here.`);
  if (unavailable.length > 0)
    lines.push(
      `Of ${plural(unavailable.length, "round")} the pool has no signed log, not yet or not any more: ${unavailable.join(", ")}.`,
    );
  if (report.unknownBlocks > 0)
    lines.push(`${plural(report.unknownBlocks, "block")} of ${checked.blocks} that your node does not know.`);
  for (const [code, alike] of Map.groupBy(findings, (finding) => finding.code)) {
    for (const { severity, text, round } of alike.slice(0, SHOWN))
      lines.push(`${SEVERITY[severity]} ${visible(text)}${round === undefined ? "" : ` (round ${round})`}`);
    if (alike.length > SHOWN) lines.push(`… and ${alike.length - SHOWN} more of the kind ${code}; --json has all.`);
  }
  lines.push(verdictOf(report));
  return lines.join("\n");
}

const KEY_FROM: Readonly<Record<PoolAudit["keyFrom"], string>> = {
  given: "the one you gave",
  receipts: "that of your first receipt",
  pool: "what the pool says now: keep it for the next audit (--key, or --receipts)",
};
/** Of findings that are alike. */
const SHOWN = 3;
const SEVERITY = {
  proof: "PROVED, by the pool's own signatures:",
  wrong: "WRONG:",
  suspicion: "Suspicious, though chance may do it:",
} as const;

/** What is not in the chain was held against nothing. */
function isOnAnotherChain({ unknownBlocks, checked }: PoolAudit["report"]): boolean {
  return checked.blocks > 0 && unknownBlocks === checked.blocks;
}

function verdictOf(report: PoolAudit["report"]): string {
  const { findings, checked } = report;
  if (findings.some(({ severity }) => severity === "proof"))
    return "Verdict: the pool cheated. The evidence (--json) convinces everybody who knows its key.";
  if (findings.some(({ severity }) => severity === "wrong"))
    return "Verdict: what the pool shows does not fit together, or not with the chain.";
  if (findings.length > 0) return "Verdict: nothing is proved, but something is improbable.";
  if (isOnAnotherChain(report)) return "Verdict: none, for nothing could be held against the chain.";
  if (checked.receipts + checked.shares === 0) return "Verdict: there was nothing to check.";
  return "Verdict: all of it fits.";
}

function readKey(text: string): string {
  if (!/^[0-9a-f]{64}$/.test(text)) throw new InvalidArgumentError("It must be 64 hex digits.");
  return text;
}
