/** Whether the nodes that run have one head. */
import { setTimeout as sleep } from "node:timers/promises";
import type { DevnetNode } from "#api/contract";

/** A block may be on its way when it is looked. */
const SETTLE_MS = 10_000;
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

/** Looks until they agree, for at most ten seconds. */
export async function findAgreement(view: () => Promise<readonly DevnetNode[]>): Promise<Agreement> {
  const endMs = performance.now() + SETTLE_MS;
  for (;;) {
    const found = agreementOf(await view());
    if (found.equal || performance.now() >= endMs) return found;
    await sleep(LOOK_EVERY_MS);
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
