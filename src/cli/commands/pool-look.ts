/** Looking at a pool: its state, its miners, its rounds, what it paid and why. */
import { Command } from "@commander-js/extra-typings";
import type { Client, PoolCredit, PoolInfo, PoolMinerPayout, PoolRoundLine } from "#api/contract";
import { addressText, findAddress } from "../accounts.ts";
import { hashRate as rate } from "../miner/amounts.ts";
import { debugOption, examples, jsonOption, readCount } from "../options.ts";
import { findPool, poolOption } from "../pool-options.ts";
import { age, coins, facts, plural, print, table } from "../print.ts";
import type { Terminal } from "../terminal.ts";

const readLimit = readCount(1, 100);

export function statusCommand(terminal: Terminal) {
  return new Command("status")
    .description("terms, rates, blocks and sums of a pool")
    .addOption(poolOption())
    .addOption(jsonOption())
    .addOption(debugOption())
    .addHelpText("after", examples("agon pool status", "agon pool status --pool http://pool.example:3334 --json"))
    .action(async (options) => {
      const status = await (await findPool(terminal, options.pool)).pool.status();
      await print(terminal, options, status, () => describe(status));
    });
}

export function minersCommand(terminal: Terminal) {
  return new Command("miners")
    .description("who mines at a pool, or one miner")
    .addOption(poolOption())
    .option("--address <account>", "one of them: address, or dev-0 … dev-9")
    .option("--limit <count>", "how many", readLimit, 20)
    .addOption(jsonOption())
    .addOption(debugOption())
    .addHelpText("after", examples("agon pool miners", "agon pool miners --address tagon1…"))
    .action(async (options) => {
      const { pool } = await findPool(terminal, options.pool);
      if (options.address === undefined) {
        const miners = await pool.miners({ limit: options.limit });
        await print(terminal, options, miners, () =>
          table(
            ["miner", " hash rate", " shares", " owed", " in payment", " paid"],
            miners.items.map((miner) => [
              miner.address,
              rate(miner.hashRate),
              String(miner.roundShares),
              coins(miner.owed),
              coins(miner.paying),
              coins(miner.paid),
            ]),
          ),
        );
        return;
      }
      const miner = await pool.miner(await addressOf(terminal, pool, options.address));
      await print(terminal, options, miner, () =>
        facts([
          ["miner", miner.address],
          ["hash rate", `${rate(miner.hashRate)}, ${plural(miner.connections, "connection")}`],
          ["this round", `${miner.roundShares} shares, ${(100 * miner.roundPart).toFixed(2)} % of its work`],
          ["immature", coins(miner.immature)],
          ["owed", `${coins(miner.owed)}; paid from ${coins(miner.threshold)} (${miner.thresholdFrom}'s threshold)`],
          ["in payment", coins(miner.paying)],
          ["paid", coins(miner.paid)],
          ...miner.workers.map(({ worker, agent, difficulty, accepted, rejected }): [string, string] => [
            worker === "" ? "connection" : worker,
            `${agent}, difficulty ${difficulty}, ${accepted} accepted, ${rejected} rejected`,
          ]),
        ]),
      );
    });
}

export function roundsCommand(terminal: Terminal) {
  return new Command("rounds")
    .description("rounds of a pool, newest first")
    .addOption(poolOption())
    .option("--limit <count>", "how many", readLimit, 20)
    .addOption(jsonOption())
    .addOption(debugOption())
    .addHelpText("after", examples("agon pool rounds --limit 5"))
    .action(async (options) => {
      const rounds = await (await findPool(terminal, options.pool)).pool.rounds({ limit: options.limit });
      await print(terminal, options, rounds, () =>
        table(
          ["round", "scheme", " shares", " effort", "block", "state", " reward", "found by"],
          rounds.items.map(roundRow),
        ),
      );
    });
}

export function payoutsCommand(terminal: Terminal) {
  return new Command("payouts")
    .description("what a pool paid; of one miner also what it earned, and why each amount is what it is")
    .addOption(poolOption())
    .option("--address <account>", "of one miner: address, or dev-0 … dev-9")
    .option("--limit <count>", "how many", readLimit, 20)
    .addOption(jsonOption())
    .addOption(debugOption())
    .addHelpText("after", examples("agon pool payouts", "agon pool payouts --address tagon1…"))
    .action(async (options) => {
      const { pool } = await findPool(terminal, options.pool);
      const page = { limit: options.limit };
      if (options.address === undefined) {
        const payouts = await pool.payouts(page);
        await print(terminal, options, payouts, () =>
          table(
            ["payout", "state", " height", " miners", " cost", " fee", " burned", "transaction"],
            payouts.items.map((payout) => [
              ...[String(payout.id), payout.state, String(payout.height ?? "–"), String(payout.miners)],
              ...[coins(payout.cost), coins(payout.fee), coins(payout.burn), payout.transaction],
            ]),
          ),
        );
        return;
      }
      const address = await addressOf(terminal, pool, options.address);
      const [credits, payouts] = await Promise.all([pool.credits(address, page), pool.minerPayouts(address, page)]);
      await print(terminal, options, { credits, payouts }, () =>
        [
          "Earned",
          ...credits.items.map((credit) => `  ${explainCredit(credit)}`),
          "Paid",
          ...payouts.items.map((payout) => `  ${explainPayout(payout)}`),
        ].join("\n"),
      );
    });
}

async function addressOf(terminal: Terminal, pool: Client["pool"], word: string): Promise<string> {
  const { chain } = await pool.status();
  return addressText(chain, await findAddress(terminal, chain, word, {}));
}

function describe(status: PoolInfo): string {
  const { terms, round, blocks } = status;
  return facts([
    ["pool", status.address],
    ["chain", status.chain.name],
    ["key", status.key],
    ...status.stratum.map((url): [string, string] => ["miners", url]),
    ["scheme", `${terms.scheme.toUpperCase()}, fee ${terms.feePpm / 10_000} %, paid from ${coins(status.threshold)}`],
    [
      "hash rate",
      `${rate(status.hashRate)}, ${plural(status.activeMiners, "miner")}, ${plural(status.connections, "connection")}`,
    ],
    ["round", `${round.id}: ${plural(round.shares, "share")}, effort ${(100 * round.effort).toFixed(1)} %`],
    ["blocks", `${blocks.confirmed} confirmed, ${blocks.pending} pending, ${blocks.orphaned} orphaned`],
    ["owed", coins(status.owed)],
    ["in payment", coins(status.paying)],
    ["paid", coins(status.paid)],
    ["its own", coins(status.account)],
    ...status.troubles.map((words): [string, string] => ["trouble", words]),
    status.dropEvery === 0 ? null : ["test mode", `each ${status.dropEvery}th share is dropped on purpose`],
  ]);
}

function roundRow(round: PoolRoundLine): string[] {
  const { id, scheme, shares, effort, block } = round;
  return [
    ...[String(id), scheme.toUpperCase(), String(shares), `${(100 * effort).toFixed(1)} %`],
    ...(block === null
      ? ["–", "counts now", "–", "–"]
      : [String(block.height), block.state, block.reward === null ? "–" : coins(block.reward), block.finder]),
  ];
}

/** The formula with its numbers: whoever has a calculator can check it. */
function explainCredit(credit: PoolCredit): string {
  const { kind, height, state, reward, fee, myWork, totalWork, remainder, feePpm } = credit;
  const amount = coins(credit.amount);
  if (kind === "withdrawal") return `${amount} from the pool's own account`;
  if (kind === "pps")
    return `${amount} for ${plural(Number(myWork), "hash", "hashes")} of work in round ${credit.round}, bought at ${(feePpm ?? 0) / 10_000} % fee`;
  const more = remainder === "0" ? "" : ` + ${remainder} atom`;
  return `${amount} of block ${height} (${state}): (${coins(reward ?? "0")} − fee ${coins(fee ?? "0")}) × work ${myWork} / ${totalWork}${more}`;
}

function explainPayout(payout: PoolMinerPayout): string {
  const where = payout.height === null ? payout.state : `${payout.state}, block ${payout.height}`;
  return `${coins(payout.amount)} = ${coins(payout.gross)} owed − ${coins(payout.fee)} fee − ${coins(payout.burn)} burned (${where}, ${age(payout.createdMs)})  ${payout.transaction}`;
}
