/** The interactive menu, `agon` without arguments: address and balance at the top, and what can be done below. */
import type { Client, Status } from "#api/contract";
import { type Address, ok } from "#base";
import { parseAddress } from "#crypto";
import { devAccount, parseCoins } from "#wallet/core";
import { addressText, findSigner, type Signer } from "../accounts.ts";
import { connect, connectForOrders } from "../connect.ts";
import { confirmFee } from "../fee-guard.ts";
import { mineBlocks } from "../mining.ts";
import { createNames } from "../names.ts";
import { createPatience } from "../patience.ts";
import { describePayment } from "../payment-text.ts";
import { age, coins, facts, plural } from "../print.ts";
import { isPromptExit, type Prompts } from "../prompts.ts";
import { describeError } from "../report-error.ts";
import { showBlockList, showPeers } from "../show.ts";
import { showValidators } from "../show-stake.ts";
import { note, type Terminal } from "../terminal.ts";
import { preparePayment, submitOne, waitForInclusion } from "../transfer.ts";

const SHOWN_BLOCKS = 10;
const DEV_ACCOUNTS = 10;
const WAIT_MS = 60_000;

type MenuAction = "refresh" | "peers" | "chain" | "send" | "mine" | "validators" | "account" | "quit";

interface Session {
  readonly terminal: Terminal;
  readonly client: Client;
  readonly status: Status;
  readonly signer: Signer;
}

/** Runs until the person quits. @throws when the node cannot be reached at the start */
export async function runMenu(terminal: Terminal): Promise<void> {
  const client = connect(terminal, {});
  const { chain, features } = await client.status();
  let signer = await findSigner(terminal, chain, undefined, {});
  for (;;) {
    await survive(terminal, async () =>
      note(terminal, `\n${await header(await openSession(terminal, client, signer))}\n`),
    );
    const action = await terminal.prompts.select<MenuAction>("What next?", [
      { name: "Refresh", value: "refresh" },
      { name: "Show peers", value: "peers" },
      { name: "Show chain", value: "chain" },
      { name: "New transaction", value: "send" },
      ...(features.includes("mining") ? [{ name: "Mine a block", value: "mine" as const }] : []),
      ...(features.includes("validators") ? [{ name: "Show validators", value: "validators" as const }] : []),
      { name: "Use another account", value: "account" },
      { name: "Quit", value: "quit" },
    ]);
    if (action === "quit") return;
    await survive(terminal, async () => {
      const session = await openSession(terminal, client, signer);
      if (action === "account") signer = await chooseAccount(session);
      else await act(action, session);
    });
  }
}

async function openSession(terminal: Terminal, client: Client, signer: Signer): Promise<Session> {
  return { terminal, client, signer, status: await client.status() };
}

/** What goes wrong in one choice leaves the menu open. */
async function survive(terminal: Terminal, step: () => Promise<void>): Promise<void> {
  try {
    await step();
  } catch (error) {
    if (isPromptExit(error) || terminal.signal.aborted) throw error;
    await note(terminal, `\n${describeError(error).message}`);
  }
}

async function header({ client, status, signer }: Session): Promise<string> {
  const address = addressText(status.chain, signer.address);
  const { head, chain, peers, mempool } = status;
  const account = await client.account(address);
  return facts([
    ["address", `${address} (${signer.name})`],
    ["balance", coins(account.balance)],
    account.pendingBalance === account.balance ? null : ["to spend", coins(account.pendingBalance)],
    [
      "chain",
      `${chain.name}, height ${head.height}, ${age(head.timeMs)}, ${plural(peers, "peer")}, ${mempool.count} pending`,
    ],
  ]);
}

async function act(action: Exclude<MenuAction, "account" | "quit">, session: Session): Promise<void> {
  const { terminal, client } = session;
  switch (action) {
    case "refresh":
      return;
    case "peers":
      return note(terminal, `\n${showPeers(await client.peers())}`);
    case "chain":
      return note(terminal, `\n${showBlockList((await client.blocks({ limit: SHOWN_BLOCKS })).items, createNames())}`);
    case "validators":
      return note(
        terminal,
        `\n${showValidators(await client.stake.validators(), await client.stake.finality(), createNames())}`,
      );
    case "send":
      return sendCoins(session);
    case "mine":
      return mineOne(session);
  }
}

/** Whom, how much, a last look, and the block it ends in. */
async function sendCoins({ terminal, client, status, signer }: Session): Promise<void> {
  const { prompts } = terminal;
  const to = await chooseReceiver(prompts, status, signer);
  const text = await prompts.input({
    message: "How much, in coins",
    validate: (amount) => parseCoins(amount) !== null || "an amount such as 12.5",
  });
  const payment = await preparePayment(client, status, signer, { to, amountAtoms: parseCoins(text)! });
  await note(terminal, `\n${describePayment(payment)}\n`);
  const { feeAtoms, bytes } = payment;
  await confirmFee(terminal, status.chain, { feeAtoms, sizeBytes: bytes.length }, {});
  if (!(await prompts.confirm("Send it?"))) return;
  await submitOne(client, payment.bytes);
  await note(terminal, `Sent as ${payment.id}; waiting for a block …`);
  const patience = createPatience(WAIT_MS, terminal.signal, "the transaction is pending still");
  const { block } = await waitForInclusion(client, payment.id, patience);
  await note(terminal, `It is in block ${block?.height}.`);
}

async function chooseReceiver(prompts: Prompts, { chain }: Status, signer: Signer): Promise<Address> {
  const others = devAccountsOf(chain).filter(({ name }) => name !== signer.name);
  const typed = { name: "An address", value: null };
  const chosen =
    others.length === 0
      ? null
      : await prompts.select<Address | null>("To whom?", [
          ...others.map(({ name, address }) => ({ name: `${name}  ${addressText(chain, address)}`, value: address })),
          typed,
        ]);
  if (chosen !== null) return chosen;
  const text = await prompts.input({
    message: `Address (${chain.addressPrefix}1…)`,
    validate: (address) => parseAddress(address, chain.addressPrefix).ok || "this is not an address of this chain",
  });
  const parsed = parseAddress(text, chain.addressPrefix);
  return (parsed.ok ? parsed : ok(signer.address)).value;
}

async function mineOne({ terminal, status, signer }: Session): Promise<void> {
  const orders = await connectForOrders(terminal, {});
  const { blocks } = await mineBlocks(orders, { blocks: 1, address: addressText(status.chain, signer.address) });
  await note(
    terminal,
    `\nMined block ${blocks[0]?.height}, ${blocks[0]?.hash}; the reward matures in ${status.chain.maturityBlocks} blocks.`,
  );
}

async function chooseAccount({ terminal, status, signer }: Session): Promise<Signer> {
  const names = devAccountsOf(status.chain).map(({ name }) => ({ name, value: name }));
  const name = await terminal.prompts.select<string | null>("Which account?", [
    ...names,
    { name: "One of the keystore", value: null },
  ]);
  if (name !== null) return findSigner(terminal, status.chain, name, {});
  const typed = await terminal.prompts.input({
    message: "Name in the keystore",
    default: signer.name.startsWith("dev-") ? "main" : signer.name,
  });
  return findSigner(terminal, status.chain, typed, {});
}

/** On chains where they are funded. */
function devAccountsOf({ addressPrefix }: Status["chain"]) {
  return addressPrefix === "tagon" ? Array.from({ length: DEV_ACCOUNTS }, (_, index) => devAccount(index)) : [];
}
