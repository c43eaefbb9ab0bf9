/** Coins of a dev account for whoever asks: so much for each address, and so often for all, within an hour. */
import { type Client, createClient, type DevnetFaucetRequest, type DevnetFaucetResult } from "#api/contract";
import { Refusal } from "#api/server";
import { type Address, type Clock, Mutex } from "#base";
import { formatAddress, parseAddress } from "#crypto";
import { type ChainSpec, chainIdOf, DEV_ACCOUNT_COUNT } from "#spec";
import { buildTransfer, devAccount, formatCoins } from "#wallet/core";
import type { Fleet } from "./fleet.ts";

const COIN = 100_000_000n;
/** Of the ten dev accounts the last: people begin with the first. */
const PAYER = DEV_ACCOUNT_COUNT - 1;
const USUAL_ATOMS = 1_000n * COIN;
const MAX_ATOMS_PER_ADDRESS = 20_000n * COIN;
const MAX_ATOMS_IN_ALL = 500_000n * COIN;
const WINDOW_MS = 3_600_000;
/** The payer may be used by somebody else at the same moment. */
const TRIES = 3;
const ASK_MS = 15_000;

export interface FaucetParts {
  readonly spec: ChainSpec;
  readonly fleet: Pick<Fleet, "firstRunning">;
  readonly clock: Clock;
  /** Of the node with this API; a test puts in its own. */
  readonly clientOf?: (api: string) => PayingClient;
}

export type PayingClient = Pick<Client, "account" | "submitBytes">;

export interface Faucet {
  /**
   * Resolves when a node has taken the transfer.
   * @throws Refusal `address-…`, `faucet-amount`, `faucet-limit`, `node-not-running`, or what the node answers
   */
  give(request: DevnetFaucetRequest): Promise<DevnetFaucetResult>;
}

interface Gift {
  readonly to: string;
  readonly atoms: bigint;
  readonly atMs: number;
}

export function createFaucet(parts: FaucetParts): Faucet {
  const { spec, fleet, clock, clientOf = clientAt } = parts;
  const oneByOne = new Mutex();
  let gifts: readonly Gift[] = [];

  const give = async (target: Address, atoms: bigint): Promise<DevnetFaucetResult> => {
    const to = formatAddress(target, spec.addressPrefix);
    const nowMs = clock.nowMs();
    gifts = gifts.filter(({ atMs }) => atMs > nowMs - WINDOW_MS);
    const left = roomFor(gifts, to, atoms, nowMs);
    const node = fleet.firstRunning();
    if (node === null) throw new Refusal(503, "node-not-running", "no node of the devnet runs");
    const sent = await send(spec, clientOf(node.api), target, atoms);
    gifts = [...gifts, { to, atoms, atMs: nowMs }];
    return { ...sent, to, amount: String(atoms), left: String(left - atoms) };
  };

  return {
    give({ address, amount }) {
      const atoms = amount === undefined ? USUAL_ATOMS : BigInt(amount);
      const parsed = parseAddress(address, spec.addressPrefix);
      if (!parsed.ok)
        throw new Refusal(400, parsed.error.code, `${address} is no address of this chain (${spec.addressPrefix}1…)`);
      const least = spec.fees.minOutputAtoms;
      if (atoms < least)
        throw new Refusal(400, "faucet-amount", `the faucet gives at least ${formatCoins(least)} coins`);
      // One after the other, or two would take one nonce, or one limit.
      return oneByOne.run(() => give(parsed.value, atoms));
    },
  };
}

function clientAt(api: string): PayingClient {
  return createClient({ baseUrl: api, fetch, timeoutMs: ASK_MS });
}

function sumOf(gifts: readonly Gift[]): bigint {
  return gifts.reduce((sum, { atoms }) => sum + atoms, 0n);
}

/** @returns what the address may still have, this gift included @throws Refusal `faucet-limit` */
function roomFor(gifts: readonly Gift[], to: string, atoms: bigint, nowMs: number): bigint {
  const own = gifts.filter((gift) => gift.to === to);
  const left = MAX_ATOMS_PER_ADDRESS - sumOf(own);
  const nextMs = (own[0] ?? gifts[0])?.atMs ?? nowMs;
  const minutes = Math.ceil((nextMs + WINDOW_MS - nowMs) / 60_000);
  if (atoms > left)
    throw new Refusal(
      429,
      "faucet-limit",
      `the faucet gives an address ${formatCoins(MAX_ATOMS_PER_ADDRESS)} coins an hour, and this one may have ${formatCoins(left)} more${own.length === 0 ? "" : `; more again in ${minutes} min`}`,
    );
  if (sumOf(gifts) + atoms > MAX_ATOMS_IN_ALL)
    throw new Refusal(
      429,
      "faucet-limit",
      `the faucet has given all that it gives within an hour; try again in ${minutes} min`,
    );
  return left;
}

async function send(
  spec: ChainSpec,
  client: PayingClient,
  to: Address,
  amountAtoms: bigint,
): Promise<Pick<DevnetFaucetResult, "id" | "from" | "fee">> {
  const payer = devAccount(PAYER);
  const from = formatAddress(payer.address, spec.addressPrefix);
  for (let attempt = 1; ; attempt++) {
    const { pendingNonce: nonce } = await client.account(from);
    const built = buildTransfer({
      ...{ chainId: chainIdOf(spec), seed: payer.seed, nonce, outputs: [{ to, amountAtoms }] },
      minFeePerByteAtoms: spec.fees.minFeePerByteAtoms,
    });
    const [outcome] = (await client.submitBytes(built.bytes)).results;
    if (outcome !== undefined && "id" in outcome)
      return { id: outcome.id, from, fee: String(built.transaction.feeAtoms) };
    if (attempt < TRIES) continue;
    const { code, message } = outcome?.error ?? { code: "not-taken", message: "the node did not take the transfer" };
    throw new Refusal(409, code, message);
  }
}
