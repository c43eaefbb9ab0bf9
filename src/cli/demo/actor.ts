/** Whoever acts in a demonstration: an account that nobody had before, and what it must have, to the atom. */
import type { ChainInfo, Client, StakeRules, Status } from "#api/contract";
import { type Address, OperationError, type Random, toHex } from "#base";
import { addressOf, ed25519PublicKey } from "#crypto";
import type { PreparedTransaction } from "#model";
import type { SigningOptions } from "#wallet/core";
import { addressText, type Signer } from "../accounts.ts";
import { coins } from "../print.ts";
import { findTransaction, signingOf, submitOne } from "../transfer.ts";
import { readBalance, sumOf } from "./balance.ts";
import type { Story } from "./story.ts";

/** For a transaction to get into a block. */
const INCLUSION_SLOTS = 30;
/** And for a machine that is busy. */
const SPARE_MS = 30_000;

export interface Actor extends Signer {
  readonly client: Client;
  readonly chain: ChainInfo;
  readonly rules: StakeRules;
  /** As the chain writes it. */
  readonly owner: string;
  readonly purse: Purse;
}

export interface Purse {
  /** What the faucet gave, less all that was spent on purpose. */
  expectedAtoms: bigint;
  /** No block below this one credits the account. */
  fromHeight: number;
}

export function createActor(client: Client, { chain, head }: Status, rules: StakeRules, random: Random): Actor {
  const seed = random.bytes(32);
  const address = addressOf(ed25519PublicKey(seed));
  const purse = { expectedAtoms: 0n, fromHeight: head.height };
  return { name: "the new account", client, chain, rules, seed, address, owner: addressText(chain, address), purse };
}

/** @returns the height of its block, and the fee */
export async function act(
  actor: Actor,
  story: Story,
  what: string,
  build: (signing: SigningOptions) => PreparedTransaction,
): Promise<{ readonly height: number; readonly feeAtoms: bigint }> {
  const { client, owner } = actor;
  const [status, { pendingNonce }] = await Promise.all([client.status(), client.account(owner)]);
  const built = build(signingOf(status, actor, pendingNonce, {}));
  await handOver(actor, story, what, built.bytes);
  const height = await inclusionOf(actor, story, what, toHex(built.id));
  return { height, feeAtoms: built.transaction.feeAtoms };
}

/** Longer than it takes until a block has what is pending, milliseconds. */
export function inclusionMs({ slotMs }: StakeRules): number {
  return INCLUSION_SLOTS * slotMs + SPARE_MS;
}

/** What pays for it may be pending again for a moment: the block that had it gave way to another. */
async function handOver({ client, rules }: Actor, story: Story, what: string, bytes: Uint8Array): Promise<void> {
  await story.until(`a node that takes ${what}`, inclusionMs(rules), async () => {
    try {
      await submitOne(client, bytes);
      return true;
    } catch (error) {
      if (error instanceof OperationError && error.code === "tx-overspend") return null;
      throw error;
    }
  });
}

/** @returns the height of its block */
export async function inclusionOf({ client, rules }: Actor, story: Story, what: string, id: string): Promise<number> {
  const block = await story.until(`the block with ${what}`, inclusionMs(rules), async () => {
    const found = await findTransaction(client, id);
    return found?.status === "included" ? found.block : null;
  });
  await story.say(`${what} is in block ${block.height}: transaction ${id}`);
  return block.height;
}

/** What it was given and spent, and what blocks have credited, must be what it has. */
export async function checkBalance(actor: Actor, story: Story, why: string): Promise<void> {
  const { client, owner, purse, rules } = actor;
  await story.settle(`balance, ${why}`, inclusionMs(rules), async () => {
    const { balanceAtoms, byReason } = await readBalance(client, owner, purse.fromHeight);
    const earned = [...byReason].map(([reason, atoms]) => `, with ${coins(atoms)} as ${reason}`).join("");
    const text = (atoms: bigint): string => `${coins(atoms)}${earned}`;
    return { expected: text(purse.expectedAtoms + sumOf(byReason)), found: text(balanceAtoms) };
  });
}

/** Somebody who has nothing yet. */
export function newcomer(chain: ChainInfo, random: Random): { readonly address: Address; readonly text: string } {
  const address = addressOf(ed25519PublicKey(random.bytes(32)));
  return { address, text: addressText(chain, address) };
}
