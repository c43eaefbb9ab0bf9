/** Whether the nodes that run have one head. */
import type { DevnetNode } from "#api/contract";
import { type Clock, sleep } from "#base";

/** Two blocks of one height stand side by side until the next is found: fifteen of the spacings of `dev`. */
const SETTLE_MS = 30_000;
const LOOK_EVERY_MS = 250;

export interface NodeHead {
  readonly name: string;
  readonly height: number;
  readonly hash: string;
}

export interface Agreement {
  /** Of the nodes that run. */
  readonly heads: readonly NodeHead[];
  /** All of them have one head, at height 1 or more. */
  readonly equal: boolean;
}

/** Looks until they agree, for at most half a minute. */
export async function findAgreement(view: () => Promise<readonly DevnetNode[]>, clock: Clock): Promise<Agreement> {
  const endMs = clock.nowMs() + SETTLE_MS;
  for (;;) {
    const found = agreementOf(await view());
    if (found.equal || clock.nowMs() >= endMs) return found;
    await sleep(clock, LOOK_EVERY_MS);
  }
}

/** A node that runs and does not say its head agrees with nobody. */
export function agreementOf(nodes: readonly DevnetNode[]): Agreement {
  const running = nodes.filter(({ state }) => state === "running");
  const heads = running.flatMap(({ name, head }) => (head === null ? [] : [{ name, ...head }]));
  const [first] = heads;
  const equal =
    first !== undefined &&
    first.height >= 1 &&
    heads.length === running.length &&
    heads.every(({ hash }) => hash === first.hash);
  return { heads, equal };
}
