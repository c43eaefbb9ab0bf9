/**
 * Fund, stake, transfer, on nodes that run: a new account gets coins, bonds them to a new key that a new node signs with,
 * pays somebody, and withdraws. Each amount is checked to the atom.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Client, Validator } from "#api/contract";
import { type Random, toHex } from "#base";
import { addValidatorKey, createOnion, openValidatorKeys, validatorFolder } from "#wallet";
import { buildBond, buildTransfer, buildUnbond } from "#wallet/core";
import { hashOf } from "../options.ts";
import { coins, plural } from "../print.ts";
import { duration, percent } from "../show-stake.ts";
import { type Actor, act, checkBalance, createActor, inclusionMs, inclusionOf, newcomer } from "./actor.ts";
import { readBalance } from "./balance.ts";
import type { Story } from "./story.ts";

const COIN = 100_000_000n;
const FUNDED = 12_000n * COIN;
const BONDED = 10_000n * COIN;
const PAID = 250n * COIN;
/** An onion for so many blocks is enough here, and is made at once. */
const ONION_DEPTH = 65_536;
/** For a bond to become final and enter the table; and for a machine that is busy. */
const TABLE_EPOCHS = 8;
const SPARE_MS = 60_000;

export interface Stage {
  /** Of a devnet's console, with its token. */
  readonly client: Client;
  /** Where the keys of the demonstration are kept; empty. */
  readonly folder: string;
  readonly random: Random;
  /** Whether to wait until the bond is paid back. */
  readonly waitForPayout: boolean;
}

/** @throws OperationError when something does not come at all; what comes and is wrong stands among the checks */
export async function runPosDemo(stage: Stage, story: Story): Promise<void> {
  const actor = await meet(stage, story);
  await fund(actor, story);
  const { height, passphraseFile } = await bond(actor, stage, story);
  const node = await addNode(actor, stage, passphraseFile, story);
  await pay(actor, stage, story);
  await awaitTable(actor, height, story);
  await withdraw(actor, story);
  if (stage.waitForPayout) await awaitPayout(actor, story);
  await compareNodes(actor, node, story);
}

async function meet({ client, random }: Stage, story: Story): Promise<Actor> {
  const [status, { epoch, slot, total, items, rules }] = await Promise.all([
    client.status(),
    client.stake.validators(),
  ]);
  await story.chapter(`A chain by stake: ${status.chain.name}`);
  await story.say(
    `${plural(items.length, "validator")} with ${coins(total)} sign its blocks, one in each slot of ${rules.slotMs / 1_000} s.`,
  );
  await story.say(
    `It is slot ${slot}, in epoch ${epoch}; an epoch has ${rules.epochSlots} slots, and the head is at height ${status.head.height}.`,
  );
  return createActor(client, status, rules, random);
}

async function fund(actor: Actor, story: Story): Promise<void> {
  const { client, owner, purse } = actor;
  await story.chapter("Fund: a new account asks the faucet");
  const before = await client.account(owner);
  await story.check(`${owner} is unknown to the chain`, "unknown", before.exists ? "known" : "unknown");
  const { id, amount } = await client.devnet.faucet({ address: owner, amount: String(FUNDED) });
  await inclusionOf(actor, story, "the faucet's transfer", id);
  purse.expectedAtoms += BigInt(amount);
  await story.check("the faucet gave", coins(FUNDED), coins(amount));
  await checkBalance(actor, story, "all that was given");
}

async function bond(actor: Actor, { folder, random }: Stage, story: Story) {
  const { client, owner, purse, chain, rules } = actor;
  await story.chapter(`Stake: it bonds ${coins(BONDED)} to a new key`);
  const passphrase = toHex(random.bytes(16));
  const passphraseFile = join(folder, "passphrase");
  writeFileSync(passphraseFile, `${passphrase}\n`, { mode: 0o600 });
  const keys = validatorFolder(folder);
  const options = { folder: keys, chainId: hashOf(chain.id), passphrase, onionDepth: ONION_DEPTH };
  const { key } = await addValidatorKey(options, random);
  const signingSeed = (await (await openValidatorKeys(keys, random)).unlock(passphrase)).get(toHex(key))!;
  const { tip: onionTip } = await createOnion({ secret: signingSeed, number: 0, depth: ONION_DEPTH });
  await story.say(`The key is ${toHex(key)}, apart from the account's own; its folder is ${keys}.`);
  const { height, feeAtoms } = await act(actor, story, "the bond", (signing) =>
    buildBond({ ...signing, amountAtoms: BONDED, signingSeed, onionTip }),
  );
  purse.expectedAtoms -= BONDED + feeAtoms;
  await checkBalance(actor, story, `less the bond and a fee of ${coins(feeAtoms)}`);
  const { validator } = await story.settle("bonded", inclusionMs(rules), async () => {
    const validator = await client.stake.validator(owner);
    return { validator, expected: coins(BONDED), found: coins(validator.bonded) };
  });
  await story.check("signing key of the bond", toHex(key), validator.signingKey);
  // A machine that stands still for some epochs finds it final already.
  const { finalized } = await client.stake.finality();
  if (finalized.height < height) await story.check("counted, before it is final", coins(0n), coins(validator.weight));
  await story.say(`On ${chain.name} it counts once its block is final, from the second epoch after that on.`);
  return { height, passphraseFile };
}

/** @returns the node's name */
async function addNode({ client }: Actor, { folder }: Stage, passphraseFile: string, story: Story): Promise<string> {
  await story.chapter("A node more, which signs with that key");
  const key = { validatorKey: validatorFolder(folder), validatorPassphraseFile: passphraseFile };
  const { name, pid, api } = await client.devnet.add(key);
  await story.say(`${name} runs at ${api}, process ${pid}.`);
  await story.until(`${name} at the head of the others`, 60_000, async () => {
    const { nodes } = await client.devnet.nodes();
    const [own, others] = [nodes.find((node) => node.name === name), nodes.filter((node) => node.name !== name)];
    return others.some(({ head }) => head !== null && head.hash === own?.head?.hash) ? true : null;
  });
  await story.say(`${name} has all that happened before it came.`);
  return name;
}

async function pay(actor: Actor, { random }: Stage, story: Story): Promise<void> {
  const { client, chain, purse, rules } = actor;
  await story.chapter(`Transfer: it pays ${coins(PAID)} to somebody`);
  const to = newcomer(chain, random);
  const { feeAtoms } = await act(actor, story, "the transfer", (signing) =>
    buildTransfer({ ...signing, outputs: [{ to: to.address, amountAtoms: PAID }] }),
  );
  purse.expectedAtoms -= PAID + feeAtoms + BigInt(chain.accountBurn);
  await story.settle("balance of who was paid", inclusionMs(rules), async () => ({
    expected: coins(PAID),
    found: coins((await client.account(to.text)).balance),
  }));
  await checkBalance(
    actor,
    story,
    `less ${coins(PAID)}, the fee, and ${coins(chain.accountBurn)} burned for a new account`,
  );
}

async function awaitTable(actor: Actor, bondHeight: number, story: Story): Promise<void> {
  const { client, owner, rules } = actor;
  const limitMs = TABLE_EPOCHS * rules.epochMs + SPARE_MS;
  await story.chapter("Final: two thirds vote, and the bond enters the table");
  const final = await story.until(`finality of height ${bondHeight}`, limitMs, async () => {
    const finality = await client.stake.finality();
    return finality.finalized.height >= bondHeight ? finality : null;
  });
  await story.say(
    `Height ${final.finalized.height} is final in epoch ${final.epoch}, and with it the bond in block ${bondHeight}.`,
  );
  const { total, own } = await story.until("the bond in the table", limitMs, async () => {
    const { items, total } = await client.stake.validators();
    const own = items.find(({ address }) => address === owner);
    return own !== undefined && own.weight !== "0" ? { total, own } : null;
  });
  await story.check("weight in the table", coins(BONDED), coins(own.weight));
  await story.check(
    "share of the table",
    percent(Number((BONDED * 1_000_000n) / BigInt(total))),
    percent(own.sharePpm),
  );
  const voted = await story.until<Validator>("its first vote", limitMs, async () => {
    const found = await client.stake.validator(owner);
    return found.votes > 0 ? found : null;
  });
  await story.say(`Its vote for the checkpoint of epoch ${voted.lastVoteEpoch} is in a block.`);
  await story.check("it votes", "yes", voted.votes > 0 ? "yes" : "no");
  await checkBalance(actor, story, "as before");
}

async function withdraw(actor: Actor, story: Story): Promise<void> {
  const { client, owner, rules, purse } = actor;
  await story.chapter("Unbond: it withdraws all of it");
  const { feeAtoms } = await act(actor, story, "the withdrawal", (signing) =>
    buildUnbond({ ...signing, amountAtoms: BONDED }),
  );
  purse.expectedAtoms -= feeAtoms;
  const { leaving } = await story.settle("still bonded", inclusionMs(rules), async () => {
    const { bonded, unbonding } = await client.stake.validator(owner);
    const leaving = unbonding.reduce((sum, { amount }) => sum + BigInt(amount), 0n);
    return { leaving, expected: coins(0n), found: coins(bonded) };
  });
  await story.check("on its way out", coins(BONDED), coins(leaving));
  await checkBalance(actor, story, "less the fee of the withdrawal");
  await story.say(
    `It signs until it has left the table, and is paid ${plural(rules.unbondEpochs, "epoch")} (${duration(rules.unbondEpochs * rules.epochMs)}) after that; until then it can be slashed.`,
  );
}

async function awaitPayout(actor: Actor, story: Story): Promise<void> {
  const { client, owner, rules, chain, purse } = actor;
  await story.chapter("Paid: the bond comes back");
  const limitMs = (rules.unbondEpochs + TABLE_EPOCHS) * rules.epochMs + chain.maturityBlocks * rules.slotMs + SPARE_MS;
  const byReason = await story.until("the bond on the account", limitMs, async () => {
    const earned = await readBalance(client, owner, purse.fromHeight);
    return earned.byReason.has("unbonded") ? earned.byReason : null;
  });
  await story.check("paid back", coins(BONDED), coins(byReason.get("unbonded") ?? 0n));
  await checkBalance(actor, story, "all that was not spent");
}

async function compareNodes({ client }: Actor, added: string, story: Story): Promise<void> {
  await story.chapter("At the end: every node has one state");
  const { finalized } = await client.stake.finality();
  const { nodes } = await client.devnet.nodes();
  const running = nodes.filter(({ state }) => state === "running").map(({ name }) => name);
  // One that has just stood still is behind for a moment.
  const what = `nodes with the final block ${finalized.hash.slice(0, 16)}… at height ${finalized.height}`;
  await story.settle(what, SPARE_MS, async () => {
    const page = { from: finalized.height, limit: 1 };
    const chains = await Promise.all(running.map((name) => client.devnet.chain(name, page)));
    const same = chains.filter(({ blocks }) => blocks[0]?.hash === finalized.hash);
    return { expected: plural(running.length, "node"), found: plural(same.length, "node") };
  });
  const report = await client.devnet.validate(added);
  await story.say(`The chain of ${added} was executed again from genesis: ${plural(report.checkedBlocks, "block")}.`);
  await story.check(
    `the chain of ${added} is valid`,
    "yes",
    report.valid ? "yes" : (report.problems[0]?.message ?? "no"),
  );
}
