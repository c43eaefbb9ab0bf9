/** When a node that has just been started with a validator's keys will sign: told as soon as it can be known. */
import { setTimeout as pause } from "node:timers/promises";
import { ApiError, type Client, type Duties } from "#api/contract";
import { age } from "./print.ts";
import { note, type Terminal } from "./terminal.ts";

const PAUSE_MS = 2_000;

interface Prospect {
  readonly text: string;
  /** There is no more to wait for. */
  readonly isKnown: boolean;
}

/**
 * Looks again until it is known, and tells what stands in the way meanwhile.
 * @param client of the node itself
 * @param keys that it signs with, hex, the newest last
 * @param signal ends it
 */
export async function tellFirstDuty(
  terminal: Terminal,
  client: Client,
  keys: readonly string[],
  signal: AbortSignal,
  pauseMs = PAUSE_MS,
): Promise<void> {
  let told = "";
  while (!signal.aborted) {
    const { text, isKnown } = await findProspect(client, keys).catch(unanswered);
    // Heights and counts move on; the same obstacle is told once.
    const gist = text.replace(/\d+/g, "");
    if (gist !== told && text !== "" && !signal.aborted) await note(terminal, text);
    told = gist;
    if (isKnown) return;
    await pause(pauseMs, undefined, { signal }).catch(() => {});
  }
}

async function findProspect(client: Client, keys: readonly string[]): Promise<Prospect> {
  const { obstacle } = await client.status();
  if (obstacle !== null) return { text: `signs nothing yet: ${obstacle}`, isKnown: false };
  const { items } = await client.stake.validators();
  const own = items.find(({ signingKey }) => keys.includes(signingKey));
  if (own === undefined)
    return { text: `signs nothing until a bond names its key ${keys.at(-1)}: 'agon stake bond'`, isKnown: false };
  const duties = await client.stake.duties(own.address, { count: 1 });
  if (duties.vote === null && duties.slots.length === 0)
    return { text: `signs nothing yet: ${own.address} is ${own.state}, ${own.why}`, isKnown: false };
  return { text: `signs first: ${describeFirst(duties)}`, isKnown: true };
}

function describeFirst({ slots: [slot], vote, nowMs, knownToSlot }: Duties): string {
  const block =
    slot === undefined
      ? `no block up to slot ${knownToSlot}, later slots are not drawn yet`
      : `a block in slot ${slot.slot} of epoch ${slot.epoch}, ${soon(slot.timeMs, nowMs)}`;
  if (vote === null) return block;
  const when = vote.done ? "is in a block already" : `is due ${soon(vote.fromMs, nowMs)}`;
  return `${block}; its vote for epoch ${vote.epoch} ${when}`;
}

function soon(timeMs: number, nowMs: number): string {
  return timeMs <= nowMs ? "now" : age(timeMs, nowMs);
}

/** A node that does not answer for a moment is asked again; anything else ends it. */
function unanswered(error: unknown): Prospect {
  return { text: "", isKnown: !(error instanceof ApiError) };
}
