/**
 * What a network of validators must withstand: it makes its first blocks final, goes on while one of them is killed for
 * ten epochs and takes it back, goes on where it was after all were stopped, and has one state on every node.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { type Client, createClient, type DevnetNode } from "#api/contract";
import { formatAddress } from "#crypto";
import { devValidatorOwner } from "#spec";

const LOOK_EVERY_MS = 200;
const EPOCHS_DOWN = 10;
/** To become final again after a pause: three epochs, and time to start. */
const RECOVERY_EPOCHS = 8;
const START_MS = 90_000;

export interface Network {
  /** Of the console, with its token. */
  readonly client: Client;
}

export interface Seen {
  readonly firstFinalityS: number;
  readonly missedSlots: number;
  readonly compared: { readonly height: number; readonly hash: string; readonly stateRoot: string };
}

/**
 * @param restart ends every node and starts it again on its data
 * @param meanwhile is done while one of them is down
 * @param tell one line for people
 * @throws Error that says what did not happen
 */
export async function runPosScenario(
  network: Network,
  restart: () => Promise<Network>,
  tell: (line: string) => void,
  meanwhile: () => Promise<void> = async () => {},
): Promise<Seen> {
  const first = await firstFinality(network);
  tell(`height ${first.height} is final ${first.seconds.toFixed(1)} s after genesis`);
  const missedSlots = await withoutOne(network, tell, meanwhile);
  const before = await network.client.stake.finality();
  const again = await restart();
  tell(`all nodes were stopped and started; final was height ${before.finalized.height}`);
  const { epochMs } = (await again.client.stake.validators()).rules;
  const after = await until("finality after the restart", RECOVERY_EPOCHS * epochMs + START_MS, async () => {
    const finality = await again.client.stake.finality();
    return finality.finalized.epoch > before.epoch ? finality : null;
  });
  tell(`height ${after.finalized.height} is final in epoch ${after.epoch}`);
  return { firstFinalityS: first.seconds, missedSlots, compared: await compareStates(again, after.finalized.height) };
}

async function firstFinality({ client }: Network): Promise<{ readonly height: number; readonly seconds: number }> {
  const { genesis } = (await client.chain()) as { readonly genesis: { readonly timeMs: number } };
  const { epochMs } = (await client.stake.validators()).rules;
  return until("first finality", RECOVERY_EPOCHS * epochMs + START_MS, async () => {
    const { finalized } = await client.stake.finality();
    return finalized.height === 0 ? null : { height: finalized.height, seconds: (Date.now() - genesis.timeMs) / 1_000 };
  });
}

/** Kills the last node outright for ten epochs. @returns the slots that its validator missed */
async function withoutOne(
  { client }: Network,
  tell: (line: string) => void,
  meanwhile: () => Promise<void>,
): Promise<number> {
  const { nodes } = await client.devnet.nodes();
  const { chain } = await client.status();
  const { epochMs } = (await client.stake.validators()).rules;
  const victim = nodes.at(-1)!;
  const owner = formatAddress(devValidatorOwner(nodes.length - 1), chain.addressPrefix);
  process.kill(victim.pid!, "SIGKILL");
  const downFrom = (await client.stake.finality()).epoch;
  await meanwhile();
  const limitMs = (EPOCHS_DOWN + RECOVERY_EPOCHS) * epochMs + START_MS;
  const finalEpoch = await until(`finality in ${EPOCHS_DOWN} epochs without ${victim.name}`, limitMs, async () => {
    const { epoch, finalized } = await client.stake.finality();
    return epoch >= downFrom + EPOCHS_DOWN && finalized.epoch > downFrom ? finalized.epoch : null;
  });
  // For how many slots it is drawn is a matter of luck.
  const missedSlots = await until(`a slot that ${victim.name} misses`, limitMs, async () => {
    const { performance } = await client.stake.validator(owner);
    const missed = performance.recent.filter(({ epoch, block }) => epoch > downFrom && block === null);
    return missed.length === 0 ? null : missed.length;
  });
  tell(
    `without ${victim.name} for ${EPOCHS_DOWN} epochs: ${missedSlots} slots missed, final up to epoch ${finalEpoch}`,
  );
  await client.devnet.start(victim.name);
  const backFrom = (await client.stake.finality()).epoch;
  const { lastVoteEpoch } = await until(`a vote of ${victim.name}`, RECOVERY_EPOCHS * epochMs + START_MS, async () => {
    const found = await client.stake.validator(owner);
    return (found.lastVoteEpoch ?? 0) > backFrom ? found : null;
  });
  tell(`${victim.name} is back: it voted for epoch ${lastVoteEpoch}`);
  return missedSlots;
}

/** By the block's id on every node, once each calls that height final. */
async function compareStates({ client }: Network, height: number): Promise<Seen["compared"]> {
  const { nodes } = await client.devnet.nodes();
  const all = await Promise.all(nodes.map((node) => finalBlock(node, height)));
  const [first] = all;
  if (first === undefined || new Set(all.map(({ hash, stateRoot }) => `${hash} ${stateRoot}`)).size !== 1)
    throw new Error(`the nodes differ at height ${height}: ${JSON.stringify(all)}`);
  return { height, hash: first.hash, stateRoot: first.stateRoot };
}

async function finalBlock({ api, name }: DevnetNode, height: number) {
  const client = createClient({ baseUrl: api, fetch });
  return until(`finality of height ${height} on ${name}`, START_MS, async () => {
    const { finalized } = await client.status();
    return finalized.height < height ? null : client.block(height);
  });
}

/** A node that does not answer yet is asked again. */
async function until<T>(what: string, limitMs: number, ask: () => Promise<T | null>): Promise<T> {
  let trouble: unknown = null;
  for (const endMs = performance.now() + limitMs; performance.now() < endMs; await sleep(LOOK_EVERY_MS)) {
    const found = await ask().catch((error: unknown) => {
      trouble = error;
      return null;
    });
    if (found !== null) return found;
  }
  throw new Error(`${what} has not come within ${Math.round(limitMs / 1_000)} s`, { cause: trouble });
}
